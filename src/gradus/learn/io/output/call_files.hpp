// All files that one call reads and writes, known before it begins: no output is an input, and no two are one file.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gradus/learn/io/output/output_file.hpp"

namespace gradus::io {

/// `path` with a number that no file has: "cars-2.csv". For messages.
std::string name_beside(const std::string& path);

class CallFiles {
 public:
  CallFiles();
  CallFiles(const CallFiles&) = delete;
  CallFiles& operator=(const CallFiles&) = delete;

  /// A file that will be read ("-": standard input); `what` names it in messages: "the data".
  /// REQUIRES: said before any output.
  void reads(const std::string& path, const std::string& what);
  /// What the call prints goes to standard output, too; `flag` is what messages call it. Throws as writes().
  void prints();
  /// A file that will be written ("-": standard output), chosen by `flag`. Throws UserError(Fault::usage) when it
  /// cannot be written, is a file that will be read, or is another output.
  OutputFile& writes(const std::string& path, const std::string& flag);
  /// The first free name: see OutputFile::free_name.
  OutputFile& writes_free_name(const std::string& name, const std::string& flag);

  /// Whether one of the outputs is standard output, so that nothing else may go there.
  bool standard_output_is_taken() const { return standard_output_is_taken_; }

 private:
  OutputFile& add(OutputFile file);
  void refuse_taken(const Place& place, const std::string& path, const std::string& flag) const;
  TakenFiles taken_;  // what is read
  std::vector<std::unique_ptr<OutputFile>> outputs_;
  std::optional<Place> printed_;  // where standard output leads, if that can be known
  bool standard_output_is_taken_ = false;
};

}  // namespace gradus::io
