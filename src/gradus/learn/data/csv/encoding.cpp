#include "gradus/learn/data/csv/encoding.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "gradus/core/base/error.hpp"
#include "gradus/learn/data/csv/records.hpp"
#include "gradus/learn/data/foreign/format.hpp"

namespace gradus::data {
namespace {

/// Bytes of the character at text[at]; 0 when it is none (RFC 3629: shortest form, no surrogates, up to U+10FFFF).
std::size_t character_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u; };
  const auto follows = [&](std::size_t i) { return byte(i) >= 0x80 && byte(i) <= 0xbf; };
  const unsigned first = byte(0), second = byte(1);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return follows(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f)) return 0;
    return follows(1) && follows(2) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    if ((first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f)) return 0;
    return follows(1) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

/// True when none of the eight bytes is 0 or above 0x7f. (x - 1 in each byte borrows into the top bit only from 0.)
bool is_plain(const char* eight) {
  std::uint64_t x;
  std::memcpy(&x, eight, sizeof x);
  constexpr std::uint64_t tops = 0x8080808080808080, ones = 0x0101010101010101;
  return ((x | (x - ones)) & tops) == 0;
}

/// How to get UTF-8, when this is text in another encoding.
std::string remedy(std::string_view text, const std::string& name) {
  const auto has = [&](auto&& test) {
    return std::any_of(text.begin(), text.end(), [&](char c) { return test(static_cast<unsigned char>(c)); });
  };
  if (has([](unsigned char c) { return c == 0x7f || (c < 0x20 && (c < '\t' || c > '\r')); })) return "a text file";
  const bool windows = has([](unsigned char c) { return c >= 0x80 && c <= 0x9f; });
  const bool neither =
      has([](unsigned char c) { return c == 0x81 || c == 0x8d || c == 0x8f || c == 0x90 || c == 0x9d; });
  if (neither) return "iconv -f ENCODING -t UTF-8 IN > OUT, with the encoding that the file was written in";
  return foreign::filled_in(std::string("iconv -f ") + (windows ? "WINDOWS-1252" : "ISO-8859-1") + " -t UTF-8 IN > OUT",
                            name);
}

}  // namespace

std::string_view without_mark(std::string_view text) {
  const std::string_view mark = "\xef\xbb\xbf";
  if (text.starts_with(mark)) text.remove_prefix(mark.size());
  return text;
}

std::size_t find_bad_byte(std::string_view text, std::size_t begin) {
  for (std::size_t i = begin; i < text.size();) {
    if (i + 8 <= text.size() && is_plain(text.data() + i)) {
      i += 8;
      continue;
    }
    const std::size_t length = character_length(text, i);
    if (length == 0 || text[i] == '\0') return i;
    i += length;
  }
  return std::string_view::npos;
}

std::size_t count_bytes(std::string_view text, bool complete, ByteCounts& counts) {
  constexpr std::size_t longest = 4;
  const std::size_t end = complete || text.size() < longest ? text.size() : text.size() - longest;
  std::size_t i = 0;
  while (i < end) {
    const std::size_t length = character_length(text, i);
    const auto first = static_cast<unsigned char>(text[i]);
    if (length > 1) ++counts.characters;
    if ((first < 0x20 && (first < '\t' || first > '\r')) || first == 0x7f) ++counts.undefined;  // no text at all
    if (length == 0) {
      const auto byte = static_cast<unsigned char>(text[i]);
      ++counts.others;
      if (byte == 0x81 || byte == 0x8d || byte == 0x8f || byte == 0x90 || byte == 0x9d) ++counts.undefined;
    }
    i += std::max<std::size_t>(length, 1);
  }
  return i;
}

void refuse_byte(std::string_view text, std::size_t offset, const std::string& name, std::uint64_t first_line) {
  static constexpr char digits[] = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(text[offset]);
  const std::string shown = {'0', 'x', digits[byte >> 4], digits[byte & 15]};
  const bool nul = byte == 0;
  throw UserError(Fault::data, Report{name + ":" + to_string(place_of(text, offset, first_line)),
                                      nul ? "a NUL byte" : "byte " + shown + ", which is not UTF-8", "UTF-8 text",
                                      nul ? "a text file" : remedy(text, name)});
}

}  // namespace gradus::data
