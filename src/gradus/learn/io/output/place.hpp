// Where a path leads: what a writer has to know before it writes there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "gradus/core/base/error.hpp"

namespace gradus::io {

/// A file whatever it is called: the same for hard links, symbolic links and other spellings of its path.
struct FileId {
  std::uint64_t device = 0, number = 0;
  bool operator==(const FileId&) const = default;
};

struct Place {
  enum class Kind {
    file,        // a regular file or a free name: replaced by a whole new file
    stream,      // a character device, FIFO or socket: written into
    descriptor,  // an open descriptor of this process (/dev/stdout, /dev/fd/3): written into
  };
  Kind kind = Kind::file;
  std::string path;          // with all links followed
  int descriptor = -1;       // of Kind::descriptor
  std::optional<FileId> id;  // of what is there
  bool holds_bytes = false;  // what is there keeps or carries bytes (a file, FIFO or socket; no terminal, no /dev/null)
  std::string folder = {};   // of Kind::file
  FileId folder_id = {};     // of Kind::file
};

/// What messages call a place, the flag that chose it ("-o"), and what they are when it does not do: a wrong command
/// line before the work, a failure after it.
struct Asker {
  std::string flag = {};
  Fault fault = Fault::usage;
};

/// The place at `path`. Throws UserError(asker.fault) unless something could be written there now: a folder that can be
/// written to and holds no folder or disk (block device) of that name, and a name, device or descriptor that may be
/// written. Creates nothing.
Place find_place(const std::string& path, const Asker& asker);

/// The place that is an open descriptor of this process.
Place place_of_descriptor(int descriptor, const std::string& path, const Asker& asker);

/// Whether what is written to one of them would be found at the other, too.
bool same_place(const Place& a, const Place& b);

/// What a reader finds at `path` ("-": standard input), if its bytes could be destroyed by a writer.
std::optional<FileId> readable_file(const std::string& path);

}  // namespace gradus::io
