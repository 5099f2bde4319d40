// The one way in which gradus writes files: models, pages, texts, predictions, logs.
//
// A regular file is replaced by a whole new one: written under another name in the same folder, fsynced, renamed over
// the old one, the folder fsynced. Until the rename the old file is untouched, and readers that have it open keep it.
// A symbolic link stays, what it leads to is replaced; owner, permissions and access list are kept.
// A character device, FIFO, socket or open descriptor (/dev/stdout, /dev/fd/3) is written into. Disks are refused.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/learn/io/output/descriptor.hpp"
#include "gradus/learn/io/output/place.hpp"
#include "gradus/learn/io/output/unfinished_file.hpp"

namespace gradus::io {

/// Written one after another.
using Chunks = std::span<const std::span<const std::byte>>;

/// Files that must not be written over, with the words that messages have for them: "the data", "-o".
struct Taken {
  FileId id;
  std::string what;
};
using TakenFiles = std::shared_ptr<std::vector<Taken>>;

class OutputFile {
 public:
  /// What will be written at `path`. `flag` is how the user chose it ("-o"), for messages; files in `taken` are not
  /// written over even if they get this name later. Throws UserError(Fault::usage) unless it could be written now (see
  /// find_place; a file is made in its folder, and removed).
  explicit OutputFile(std::string path, std::string flag = {}, TakenFiles taken = {});
  /// Standard output.
  static OutputFile standard_output(std::string flag, TakenFiles taken);
  /// The first that is free of NAME, NAME-2, ... (before the extension), in the current folder. No other process gets
  /// the same name while this object lives, and write() never replaces a file. Throws UserError(Fault::usage).
  static OutputFile free_name(const std::string& name, std::string flag = {}, TakenFiles taken = {});

  /// As it was given, or the free name; write() moves to the next free name when somebody has made the file meanwhile.
  const std::string& path() const { return path_; }
  const std::string& flag() const { return flag_; }
  /// Where it was found to lead when this object was made.
  const Place& place() const { return place_; }
  /// Whether a regular file is there, which write() would replace.
  bool replaces() const { return place_.kind == Place::Kind::file && place_.id.has_value(); }

  /// Writes the whole output. Waits at a FIFO until somebody reads. Throws UserError(Fault::failure) with the system's
  /// reason and what is known of the file that was there before.
  void write(Chunks parts);
  /// The same piece by piece: start(), add() any number of times, finish(). Without finish() a file is what it was.
  void start();
  void add(Chunks parts);
  void add(std::string_view text);
  void finish();
  void write(std::string_view text);
  /// Writes `first` as write() does (but for fsync) and returns the file, for what comes later to be added at its end.
  Descriptor begin(std::string_view first);

 private:
  OutputFile() = default;
  Place place_now() const;
  Descriptor open_stream(const Place& place) const;
  void write_parts(int file, Chunks parts) const;
  UnfinishedFile create_beside(const Place& place);
  void make_durable(const UnfinishedFile& file) const;
  void replace(const Place& place, UnfinishedFile& file);
  void move_to_free_name(UnfinishedFile& file);
  [[noreturn]] void fail(const std::string& doing, int error) const;

  std::string path_, flag_;
  Place place_;
  Descriptor descriptor_;                // of Kind::descriptor: a copy, which stays what it was
  std::optional<UnfinishedFile> claim_;  // of a free name
  Place started_;                        // by start(): where,
  std::optional<UnfinishedFile> file_;   // and the file that is not in place yet,
  Descriptor stream_;                    // or what is written into
  std::string wanted_;                   // the free name without a number, until it is written
  std::optional<FileId> written_;        // by this object
  TakenFiles taken_;
};

}  // namespace gradus::io
