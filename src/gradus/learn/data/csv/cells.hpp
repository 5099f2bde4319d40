// What a cell of a table says.
#pragma once

#include <iterator>
#include <string_view>

#include "gradus/learn/data/csv/reading_rules.hpp"

namespace gradus::data {

enum class NumberText { none, number, too_large };

struct ParsedNumber {
  NumberText kind = NumberText::none;
  double value = 0;  // infinite when too large
};

/// [+-] digits with an optional point and an optional exponent; also inf and infinity. The list is in csv.hpp.
ParsedNumber parse_number(std::string_view text);
/// The same, written in a format. Marks between thousands stand after one to three digits and between groups of three;
/// commas and blanks also as in 4,25,000 (lakh).
ParsedNumber parse_number(std::string_view text, NumberFormat format);

/// The formats that a file may be written in; bit i of a NumberForms is set when texts are numbers in the i-th.
inline constexpr NumberFormat number_formats[] = {{'.', 0},   {',', 0},   {'.', ','}, {',', '.'},
                                                  {'.', ' '}, {',', ' '}, {'.', '\''}};
using NumberForms = unsigned;
inline constexpr NumberForms all_forms = (1U << std::size(number_formats)) - 1;
/// Those of `among` in which `text` is a number.
NumberForms forms_of(std::string_view text, NumberForms among = all_forms);

/// Digits alone, of which the first is a 0: 007, 01.
bool has_leading_zero(std::string_view text);

/// A whole number that f64 cannot hold exactly: digits alone, 2^53 or more.
bool is_large_integer(std::string_view text, double value);

/// How a text that is not a number resembles one.
enum class Resemblance { none, thousands, decimal_comma, unit };
Resemblance resemblance(std::string_view text);

}  // namespace gradus::data
