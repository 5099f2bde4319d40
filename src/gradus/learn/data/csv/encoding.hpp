// Is it UTF-8 text at all?
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gradus::data {

/// `text` without a byte order mark.
std::string_view without_mark(std::string_view text);

/// Offset from `begin` on of the first NUL or byte that is not UTF-8; npos when there is none.
std::size_t find_bad_byte(std::string_view text, std::size_t begin = 0);

/// Throws UserError(Fault::data) with line and column of that byte.
[[noreturn]] void refuse_byte(std::string_view text, std::size_t offset, const std::string& name,
                              std::uint64_t first_line = 1);

}  // namespace gradus::data
