// Is it UTF-8 text at all?
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace gradus::data {

/// `text` without a byte order mark.
std::string_view without_mark(std::string_view text);

/// Offset from `begin` on of the first NUL or byte that is not UTF-8; npos when there is none.
std::size_t find_bad_byte(std::string_view text, std::size_t begin = 0);

/// What bytes say of their encoding.
struct ByteCounts {
  std::uint64_t characters = 0;  // of UTF-8 that take several bytes
  std::uint64_t others = 0;      // bytes that are not UTF-8
  std::uint64_t undefined = 0;   // of those, bytes that Windows-1252 has no character for
  /// Whether they are text of Windows-1252 (or Latin-1), not UTF-8 with some damage.
  bool is_windows_1252() const { return others > 0 && undefined == 0 && others >= 10 * characters; }
};

/// Adds those in `text`; where its last character may go on, up to that one. Returns how many bytes were looked at.
std::size_t count_bytes(std::string_view text, bool complete, ByteCounts& counts);

/// Throws UserError(Fault::data) with line and column of that byte.
[[noreturn]] void refuse_byte(std::string_view text, std::size_t offset, const std::string& name,
                              std::uint64_t first_line = 1);

}  // namespace gradus::data
