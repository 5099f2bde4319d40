// The header of a NumPy array file (format 1 to 3, numpy.lib.format).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace gradus::data {

/// Fills its argument from a file, as far as there are bytes.
using ReadBytes = std::function<std::size_t(std::span<std::byte>)>;

struct NpyHeader {
  char kind = 'f';       // f, i, u, b as in NumPy's type strings
  std::size_t size = 8;  // bytes of an element
  bool big_endian = false;
  bool column_major = false;
  std::vector<std::int64_t> shape;
};

/// The header that `read` gives from the first byte on; messages call the file `name`. Throws UserError(Fault::data)
/// for other formats, headers that are none or longer than 64 KiB, sizes whose product is too large, and elements that
/// are not real numbers or truth values, by their name.
NpyHeader read_npy_header(const ReadBytes& read, const std::string& name);

/// The number in `bytes` (header.size of them).
double npy_number(const NpyHeader& header, const std::byte* bytes);

}  // namespace gradus::data
