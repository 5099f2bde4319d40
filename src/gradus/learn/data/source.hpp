// A file as a stream of bytes, unpacked when it is gzip or zstd, with every trouble named.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "gradus/core/base/error.hpp"

namespace gradus::data {

/// An opened regular file or pipe; standard input for the path "-". gzip and zstd are recognized by their first bytes,
/// not by their names. What came from a pipe is kept in a temporary file, so that it can be read again. Every member
/// function throws UserError(fault) for: a missing or unreadable file, a folder, device or socket, a FIFO that nobody
/// writes to, a read error, a file that changes while it is read, and gzip that is cut off, damaged or followed by
/// other bytes.
class Source {
 public:
  explicit Source(std::string path, Fault fault = Fault::data);
  Source(Source&&) noexcept;
  Source& operator=(Source&&) noexcept;
  ~Source();

  /// Fills `out` as far as there are bytes; less than out.size() only at the end.
  std::size_t read(std::span<std::byte> out);
  /// The first 64 KiB of what read() will give (less only when there is less), without taking them.
  /// REQUIRES: nothing was read yet.
  std::span<const std::byte> start();
  /// True when nothing is left; also checks that the file has not changed, and the gzip checksum.
  bool at_end();
  /// Throws UserError when the file is not any more what it was when it was opened, or was not read to its end.
  void require_unchanged() const;
  /// Begins anew. REQUIRES: keep_no_more() was not called.
  void rewind();
  /// From now on what comes from a pipe is not kept.
  void keep_no_more();
  /// Bytes that read() will give, as the end of the file says: exact for a plain file; of gzip with several members it
  /// is that of the last, and may be wrong.
  std::uint64_t likely_size() const;
  /// What messages call it: the path, made printable, or "standard input".
  const std::string& name() const;
  Fault fault() const;
  bool packed() const;
  bool is_gzip() const;
  /// Bytes of the file as it lies on the disk (nothing for a pipe).
  std::optional<std::uint64_t> file_size() const;
  /// Bytes of the file that were read so far (packed ones when packed).
  std::uint64_t position() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Whether files packed with zstd are unpacked: gradus was built, and the program linked, with libzstd.
bool knows_zstd();

/// What read_all takes: unpacked bytes at most `bytes`, and at most `ratio` times the packed ones beyond 32 MiB.
struct ReadLimits {
  std::uint64_t bytes = std::uint64_t{4} << 30;
  std::uint64_t ratio = 200;
};

/// Everything in `source`. Throws UserError beyond the limits, before it takes the memory.
std::string read_all(Source& source, const ReadLimits& limits = {});
/// The same, if it is at most `most` bytes; otherwise nothing, and the source is somewhere in the middle.
std::optional<std::string> read_at_most(Source& source, std::uint64_t most, const ReadLimits& limits = {});

/// Throws UserError when `unpacked` bytes from `source` are beyond the limits.
void require_within(const Source& source, std::uint64_t unpacked, const ReadLimits& limits);

/// Bytes of memory that a reader of a file of `file` bytes may take until it has checked all of it: with what the
/// program takes for itself, 64 MiB and four times the file.
constexpr std::uint64_t memory_before_checks(std::uint64_t file) { return (std::uint64_t{40} << 20) + 4 * file; }

}  // namespace gradus::data
