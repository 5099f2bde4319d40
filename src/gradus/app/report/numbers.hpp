// Numbers for people: short, locale-free, aligned.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gradus/core/base/rounded.hpp"

namespace gradus::report {

using gradus::short_number;
/// "60,000"
std::string grouped(std::int64_t count);
/// "9.2 k", "1.3 M": three significant digits with a decimal prefix.
std::string prefixed(double value);
/// "407 KB", "1.2 MB"; a KB is 1000 bytes, as in --memory. To compare with a budget: core/base/byte_size.hpp.
std::string bytes(double count);
/// "0.8 s", "12 s", "3:05", "2:10:00"
std::string duration(double seconds);
/// "84.72 %"
std::string percent(double share, int decimals = 2);
/// "1 row", "5 rows"
std::string counted(std::int64_t count, std::string_view noun);
/// `text` filled up with blanks to `width` columns, on the right (left_padded: on the left).
std::string padded(std::string_view text, std::size_t width);
std::string left_padded(std::string_view text, std::size_t width);
/// Columns that `text` takes on a terminal, counting each code point as one.
std::size_t columns(std::string_view text);
/// At most `width` columns of `text`.
std::string cut(std::string_view text, std::size_t width);

}  // namespace gradus::report
