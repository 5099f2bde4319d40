// What was read of a pipe, to be read again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace gradus::data {

/// Bytes in a temporary file without a name, which goes when the process does.
class Spool {
 public:
  Spool() = default;
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;
  ~Spool();

  /// The next bytes of those that were written.
  std::size_t read(std::span<std::byte> out);
  /// Adds bytes behind all others, and takes them for read. Throws UserError(Fault::failure) where there is no room;
  /// `name` is what is spooled. REQUIRES: all bytes were read.
  void write(std::span<const std::byte> bytes, const std::string& name);
  void rewind() { at_ = 0; }

 private:
  int file_ = -1;
  std::uint64_t size_ = 0, at_ = 0;
};

}  // namespace gradus::data
