// gzip (RFC 1952): any number of members one after another, nothing behind them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "gradus/core/base/error.hpp"

namespace gradus::data {

/// True when bytes begin as gzip does.
bool is_gzip(std::span<const std::byte> bytes);

/// Unpacks straight into the caller's memory. Throws UserError(fault) with the offset in the packed bytes when they are
/// damaged (zlib's checks, CRC and length), cut off, or followed by something that is not gzip.
class Inflater {
 public:
  /// `more` gives the next packed bytes, valid until the next call; none at the end.
  Inflater(std::function<std::span<const std::byte>()> more, std::string name, Fault fault);
  Inflater(Inflater&&) noexcept;
  Inflater& operator=(Inflater&&) noexcept;
  ~Inflater();

  /// Fills `out`; less only when everything is unpacked and its checksums hold.
  std::size_t read(std::span<std::byte> out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Deflated bytes without a header (RFC 1951), as in zip archives. Throws UserError(Fault::data) unless they are valid
/// and become `size` bytes.
std::string inflate_raw(std::string_view packed, std::uint64_t size, const std::string& name);
/// CRC-32 of gzip and zip.
std::uint32_t crc_of(std::string_view bytes);

}  // namespace gradus::data
