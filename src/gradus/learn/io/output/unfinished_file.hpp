// A file under a hidden name beside the place it is meant for. Its writer holds a lock on it for as long as it lives,
// so that the next writer in the folder knows which of them nobody will finish.
#pragma once

#include <optional>
#include <string>

#include "gradus/learn/io/output/descriptor.hpp"

namespace gradus::io {

class UnfinishedFile {
 public:
  /// A new, empty file in `folder`, readable by its owner alone if `is_private`. Throws std::system_error.
  static UnfinishedFile create(const std::string& folder, bool is_private);
  /// The file that stands for the name `name` in `folder` while it is unfinished; nothing while another process has it.
  /// Throws std::system_error.
  static std::optional<UnfinishedFile> claim(const std::string& folder, const std::string& name);

  UnfinishedFile(UnfinishedFile&&) noexcept = default;
  UnfinishedFile& operator=(UnfinishedFile&&) = delete;
  /// Removes the file unless it was moved to its place.
  ~UnfinishedFile();

  int file() const { return file_.number(); }
  /// Gives the file its name, in place of any that has it. Returns 0 or the errno.
  int move_over(const std::string& path);
  /// Gives the file its name if that is free, EEXIST if it is not. Returns 0 or the errno.
  int move_to_free(const std::string& path);
  /// The open file, to write more to; its name is no longer watched. REQUIRES: it was moved.
  Descriptor release();

 private:
  UnfinishedFile(Descriptor file, std::string name) : file_(std::move(file)), name_(std::move(name)) {}
  static std::optional<UnfinishedFile> create_named(const std::string& path, bool is_private);
  int moved(int result, const std::string& path);
  Descriptor file_;
  std::string name_;  // empty once moved
};

/// Removes the unfinished files in `folder` whose writers are gone: those whose lock can be had.
void remove_abandoned(const std::string& folder);

}  // namespace gradus::io
