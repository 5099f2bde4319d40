// What a cell of a table says.
#pragma once

#include <optional>
#include <string_view>

namespace gradus::data {

/// "", ?, NA, N/A, null, NaN, letters in either case.
bool is_missing(std::string_view text);

enum class NumberText { none, number, too_large };

struct ParsedNumber {
  NumberText kind = NumberText::none;
  double value = 0;  // infinite when too large
};

/// [+-] digits with an optional point and an optional exponent; also inf and infinity. The list is in csv.hpp.
ParsedNumber parse_number(std::string_view text);

/// Digits alone, of which the first is a 0: 007, 01.
bool has_leading_zero(std::string_view text);

/// A whole number that f64 cannot hold exactly: digits alone, 2^53 or more.
bool is_large_integer(std::string_view text, double value);

/// How a text that is not a number resembles one.
enum class Resemblance { none, thousands, decimal_comma, unit };
Resemblance resemblance(std::string_view text);

}  // namespace gradus::data
