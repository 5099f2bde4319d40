#include "gradus/learn/data/npy/npy_header.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <optional>
#include <string_view>

#include "gradus/core/base/error.hpp"

namespace gradus::data {
namespace {

[[noreturn]] void refuse(const std::string& name, const std::string& found, const std::string& expected,
                         const std::string& remedy = "numpy.save of the array again") {
  throw UserError(Fault::data, Report{name, found, expected, remedy});
}

/// What follows 'key': in the dictionary of the header, which is Python text without nesting but for the shape.
std::string_view value_of(std::string_view header, const std::string& key, const std::string& name) {
  const std::size_t at = header.find("'" + key + "'");
  const std::size_t colon = at == std::string_view::npos ? at : header.find(':', at);
  if (colon == std::string_view::npos) refuse(name, "no '" + key + "' in the header of the array", "a NumPy array");
  std::string_view value = header.substr(colon + 1);
  value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
  return value;
}

std::vector<std::int64_t> read_shape(std::string_view text, const std::string& name) {
  std::vector<std::int64_t> shape;
  const std::size_t end = text.find(')');
  if (!text.starts_with('(') || end == std::string_view::npos) refuse(name, "a shape that is none", "(rows, columns)");
  text = text.substr(1, end - 1);
  std::uint64_t product = 1;
  constexpr std::uint64_t most = std::uint64_t{1} << 40;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(", "), text.size()));
    if (text.empty()) return shape;
    std::int64_t size = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    if (error != std::errc() || size < 0 || shape.size() == 32) refuse(name, "a size that is none", "(rows, columns)");
    const auto factor = static_cast<std::uint64_t>(std::max<std::int64_t>(size, 1));
    if (factor > most / product) refuse(name, "more than 2^40 numbers", "a smaller array", "the array in parts");
    product *= factor;
    shape.push_back(size);
    text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  }
}

void read_type(std::string_view value, const std::string& name, NpyHeader& out) {
  const std::string remedy = "a.astype(float)";
  if (!value.starts_with('\'')) refuse(name, "a structured array", "numbers of one type", "its fields as one array");
  const std::string_view type = value.substr(1, value.substr(1).find('\''));
  const std::string_view code = type.substr(std::min<std::size_t>(type.find_first_not_of("<>|="), type.size()));
  out.big_endian = type.starts_with('>');
  out.kind = code.empty() ? '?' : code[0];
  const std::string shown = "elements of type " + printable(type.substr(0, 40));
  if (out.kind == 'O') refuse(name, "Python objects, a pickle, which is never executed here", "numbers", remedy);
  if (out.kind == 'c') refuse(name, "complex numbers (" + shown + ")", "real numbers", "a.real, a.imag as columns");
  if (out.kind == 'U' || out.kind == 'S') refuse(name, "texts (" + shown + ")", "numbers", "a CSV file");
  if (out.kind == 'M' || out.kind == 'm') refuse(name, "dates (" + shown + ")", "numbers", "a CSV file");
  const auto [stop, error] = std::from_chars(code.data() + 1, code.data() + code.size(), out.size);
  const bool whole = out.kind == 'i' || out.kind == 'u';
  const bool known = (whole && (out.size == 1 || out.size == 2 || out.size == 4 || out.size == 8)) ||
                     (out.kind == 'f' && (out.size == 2 || out.size == 4 || out.size == 8)) ||
                     (out.kind == 'b' && out.size == 1);
  if (error != std::errc() || stop != code.data() + code.size() || !known)
    refuse(name, shown, "f2, f4, f8, whole numbers or truth values", remedy);
}

std::uint64_t little(const std::byte* bytes, std::size_t count) {
  std::uint64_t out = 0;
  for (std::size_t i = count; i-- > 0;) out = out << 8 | std::to_integer<std::uint64_t>(bytes[i]);
  return out;
}

/// IEEE 754 binary16.
double half(std::uint64_t bits) {
  const auto fraction = static_cast<double>(bits & 0x3ff);
  const auto exponent = static_cast<int>(bits >> 10 & 0x1f);
  const double sign = (bits & 0x8000) != 0 ? -1 : 1;
  if (exponent == 31) return fraction != 0 ? std::nan("") : sign * INFINITY;
  return sign * (exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25));
}

}  // namespace

NpyHeader read_npy_header(const ReadBytes& read, const std::string& name) {
  std::array<std::byte, 12> start{};
  const auto first = std::span(start);
  if (read(first.first(10)) < 10) refuse(name, "an array file that is cut off in its header", "a NumPy array");
  const auto version = std::to_integer<int>(start[6]);
  if (version < 1 || version > 3) {
    refuse(name, "a NumPy array of format " + std::to_string(version), "format 1, 2 or 3", "numpy.save of the array");
  }
  if (version > 1 && read(first.subspan(10, 2)) < 2) refuse(name, "an array file that is cut off", "a NumPy array");
  const std::uint64_t length = little(start.data() + 8, version == 1 ? 2 : 4);
  constexpr std::uint64_t longest = std::uint64_t{1} << 16;
  if (length > longest) refuse(name, "a header of " + std::to_string(length) + " bytes", "at most 65536");
  std::string header(static_cast<std::size_t>(length), '\0');
  if (read(std::as_writable_bytes(std::span(header))) < header.size())
    refuse(name, "a header of " + std::to_string(length) + " bytes that is cut off", "all of it");
  if (!header.starts_with('{')) refuse(name, "a header that is no dictionary", "{'descr': ...}");
  NpyHeader out;
  read_type(value_of(header, "descr", name), name, out);
  out.column_major = value_of(header, "fortran_order", name).starts_with("True");
  out.shape = read_shape(value_of(header, "shape", name), name);
  return out;
}

double npy_number(const NpyHeader& header, const std::byte* bytes) {
  std::array<std::byte, 8> ordered{};
  std::copy_n(bytes, header.size, ordered.begin());
  if (header.big_endian) std::reverse(ordered.begin(), ordered.begin() + static_cast<std::ptrdiff_t>(header.size));
  const std::uint64_t bits = little(ordered.data(), header.size);
  if (header.kind == 'f') {
    if (header.size == 2) return half(bits);
    if (header.size == 4) return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
    return std::bit_cast<double>(bits);
  }
  if (header.kind == 'b') return bits != 0 ? 1 : 0;
  if (header.kind == 'u') return static_cast<double>(bits);
  const std::size_t unused = 64 - 8 * header.size;
  return static_cast<double>(static_cast<std::int64_t>(bits << unused) >> unused);
}

}  // namespace gradus::data
