#include <algorithm>
#include <array>
#include <cstring>

#include "gradus/learn/data/foreign/foreign_format.hpp"
#include "gradus/learn/data/idx/idx.hpp"
#include "gradus/learn/data/source.hpp"

namespace gradus::data {
namespace {

[[noreturn]] void refuse(const std::string& place, const std::string& found, const std::string& expected,
                         const std::string& remedy = "an IDX file of bytes (type 0x08), such as those of MNIST") {
  throw UserError(Fault::data, Report{place, found, expected, remedy});
}

std::string hexadecimal(std::span<const std::byte> bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (const std::byte byte : bytes) {
    if (!text.empty()) text += ' ';
    text += {digits[std::to_integer<unsigned>(byte) >> 4], digits[std::to_integer<unsigned>(byte) & 15]};
  }
  return text;
}

const char* other_type(std::byte code) {
  switch (std::to_integer<int>(code)) {
    case 0x09: return "signed bytes";
    case 0x0b: return "16-bit integers";
    case 0x0c: return "32-bit integers";
    case 0x0d: return "32-bit floating-point numbers";
    case 0x0e: return "64-bit floating-point numbers";
    default: return nullptr;
  }
}

/// Number of sizes. `magic` is the first four bytes: 0, 0, type, number of sizes.
int check_magic(const std::string& name, const std::array<std::byte, 4>& magic) {
  constexpr std::byte zero{0};
  constexpr std::byte unsigned_bytes{8};
  const std::string expected = "00 00 08 and the number of sizes (IDX of unsigned bytes)";
  if (magic[2] == zero && magic[3] == zero && magic[1] == unsigned_bytes) {
    refuse(name + ":byte 0", "little-endian IDX (" + hexadecimal(magic) + ")", "big-endian: " + expected,
           "write the file with the bytes of every 32-bit number reversed");
  }
  if (magic[0] != zero || magic[1] != zero) refuse(name + ":byte 0", hexadecimal(magic), expected, "an IDX file");
  if (const char* type = other_type(magic[2])) refuse(name + ":byte 2", std::string("IDX of ") + type, expected);
  if (magic[2] != unsigned_bytes) refuse(name + ":byte 2", "type " + hexadecimal({&magic[2], 1}), expected);
  const int rank = std::to_integer<int>(magic[3]);
  if (rank == 0 || rank > max_rank) refuse(name + ":byte 3", std::to_string(rank) + " sizes", "1 to 8");
  return rank;
}

/// Refuses a header that promises more than the file can hold, before memory is taken.
void check_promise(const Source& source, const Shape& shape) {
  constexpr std::uint64_t most_deflate_can_do = 1032;  // RFC 1951: 258 bytes from two bits
  constexpr std::uint64_t most_from_a_pipe = std::uint64_t{4} << 30;
  const auto wanted = static_cast<std::uint64_t>(shape.count());
  const std::string promise = std::to_string(wanted) + " bytes of numbers for " + to_string(shape);
  if (!source.file_size()) {
    if (wanted > most_from_a_pipe) refuse(source.name(), "a header for " + promise, "at most 4 GiB from a pipe");
  } else if (source.packed()) {
    const std::uint64_t most = *source.file_size() * most_deflate_can_do;
    if (wanted > most) {
      refuse(source.name(), "a header for " + promise,
             "at most the " + std::to_string(most) + " that " + std::to_string(*source.file_size()) +
                 " packed bytes can hold",
             "fetch the file again");
    }
  } else {
    const std::uint64_t left = *source.file_size() - source.position();
    if (wanted != left) {
      refuse(source.name(), std::to_string(left) + " bytes after the header", promise, "fetch the file again");
    }
  }
}

Shape read_sizes(Source& source, int rank) {
  std::array<std::byte, 4 * max_rank> bytes;
  const std::size_t wanted = 4 * static_cast<std::size_t>(rank);
  const std::size_t got = source.read(std::span(bytes).first(wanted));
  if (got < wanted) {
    refuse(source.name(), "an end after " + std::to_string(4 + got) + " bytes",
           std::to_string(4 + wanted) + " bytes of header", "fetch the file again");
  }
  std::array<std::int64_t, max_rank> sizes{};
  std::int64_t count = 1;
  for (std::size_t axis = 0; axis < static_cast<std::size_t>(rank); ++axis) {
    for (std::size_t i = 0; i < 4; ++i) sizes[axis] = sizes[axis] * 256 + std::to_integer<int>(bytes[4 * axis + i]);
    const std::string place = source.name() + ":byte " + std::to_string(4 + 4 * axis);
    if (sizes[axis] == 0) refuse(place, "a size of 0", "at least 1");
    const auto product = checked_multiply(count, sizes[axis]);
    if (!product || *product >> 40) refuse(place, "sizes whose product is above 2^40", "an array that fits in memory");
    count = *product;
  }
  return Shape(std::span(sizes).first(static_cast<std::size_t>(rank)));
}

/// Refuses fewer bytes after the header than the `filled` ones should be, and more.
void require_end(Source& source, std::uint64_t filled, const Shape& shape) {
  const std::string wanted = std::to_string(shape.count()) + " for " + to_string(shape);
  if (filled < static_cast<std::uint64_t>(shape.count()))
    refuse(source.name(), std::to_string(filled) + " bytes after the header", wanted, "fetch the file again");
  if (!source.at_end())
    refuse(source.name(), "bytes left over after " + wanted, "the end of the file", "fetch the file again");
}

/// Reads all numbers and keeps none; then the source stands behind the header again.
void check_length(Source& source, const Shape& shape) {
  std::array<std::byte, std::size_t{1} << 16> part;
  const std::uint64_t header = 4 + 4 * static_cast<std::uint64_t>(shape.rank());
  const auto skip = [&](std::uint64_t count) {
    std::uint64_t done = 0;
    for (std::size_t got = 1; done < count && got > 0; done += got)
      got = source.read(
          std::span(part).first(static_cast<std::size_t>(std::min<std::uint64_t>(part.size(), count - done))));
    return done;
  };
  require_end(source, skip(static_cast<std::uint64_t>(shape.count())), shape);
  source.rewind();
  skip(header);
}

}  // namespace

Tensor read_idx_file(const std::string& path) {
  Source source(path);
  refuse_foreign(source, Wanted::images);
  std::array<std::byte, 4> magic;
  const std::size_t got = source.read(magic);
  if (got == 0) refuse(source.name(), "an empty file", "an IDX file");
  if (got < 4) refuse(source.name(), std::to_string(got) + " bytes", "the 4 bytes that begin an IDX file");
  const Shape shape = read_sizes(source, check_magic(source.name(), magic));
  check_promise(source, shape);
  if (source.packed() && source.file_size() &&
      static_cast<std::uint64_t>(shape.count()) > memory_before_checks(*source.file_size())) {
    check_length(source, shape);  // before it takes memory
  }
  Tensor numbers(DType::u8, shape);
  const auto bytes = std::as_writable_bytes(numbers.as<std::uint8_t>());
  require_end(source, source.read(bytes), shape);
  return numbers;
}

}  // namespace gradus::data
