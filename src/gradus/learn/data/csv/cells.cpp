#include "gradus/learn/data/csv/cells.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string>

namespace gradus::data {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool equal_folded(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() && std::equal(text.begin(), text.end(), lower.begin(), [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
         });
}

/// Decides for a number outside the range of f64 (from_chars gives no value) whether it is too large or too small:
/// by the decimal exponent of its first digit that is not 0.
bool is_huge(std::string_view unsigned_text) {
  const std::size_t e = std::min(unsigned_text.find_first_of("eE"), unsigned_text.size());
  const std::string_view mantissa = unsigned_text.substr(0, e);
  const auto point = static_cast<long>(std::min(mantissa.find('.'), mantissa.size()));
  const std::size_t first = mantissa.find_first_not_of("0.");
  if (first == std::string_view::npos) return false;
  const long magnitude = point - static_cast<long>(first);
  const bool negative_exponent = e + 1 < unsigned_text.size() && unsigned_text[e + 1] == '-';
  long exponent = 0;
  for (std::size_t i = e; i < unsigned_text.size(); ++i) {
    if (is_digit(unsigned_text[i])) exponent = std::min(exponent * 10 + (unsigned_text[i] - '0'), 1'000'000'000L);
  }
  return magnitude + (negative_exponent ? -exponent : exponent) > 0;
}

/// Length of 1-3 digits, then groups of two or three after the same separator, the last one of three; 0 when it is not
/// so.
std::size_t grouped_length(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size() && is_digit(text[i])) ++i;
  if (i == 0 || i > 3 || i == text.size()) return 0;
  const char separator = text[i];
  if (separator != ',' && separator != ' ' && separator != '\'') return 0;
  std::size_t end = 0;
  while (i < text.size() && text[i] == separator) {
    std::size_t group = 0;
    while (i + 1 + group < text.size() && is_digit(text[i + 1 + group])) ++group;
    if (group != 2 && group != 3) return end;
    i += 1 + group;
    end = group == 3 ? i : 0;
  }
  return end;
}

std::size_t plain_length(std::string_view text) {
  const std::size_t end = text.find_first_not_of("0123456789.");
  return end == std::string_view::npos ? text.size() : end;
}

}  // namespace

ParsedNumber parse_number(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty()) return {};
  const double sign = negative ? -1.0 : 1.0;
  if (!is_digit(text[0]) && text[0] != '.') {
    if (!equal_folded(text, "inf") && !equal_folded(text, "infinity")) return {};
    return {NumberText::number, sign * std::numeric_limits<double>::infinity()};
  }
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::invalid_argument || end != text.data() + text.size()) return {};
  if (error == std::errc::result_out_of_range) {
    if (is_huge(text)) return {NumberText::too_large, sign * std::numeric_limits<double>::infinity()};
    value = 0;
  }
  return {NumberText::number, sign * value};
}

namespace {

/// Bytes of a blank at the start of `text`: an ordinary one, or one that does not break (U+00A0, U+202F, U+2009).
std::size_t blank_length(std::string_view text) {
  if (text.starts_with(' ')) return 1;
  if (text.starts_with("\xc2\xa0")) return 2;
  return text.starts_with("\xe2\x80\xaf") || text.starts_with("\xe2\x80\x89") ? 3 : 0;
}

/// Bytes of the mark between thousands at the start of `text`.
std::size_t mark_length(std::string_view text, char mark) {
  if (mark == ' ') return blank_length(text);
  if (mark == '\'' && text.starts_with("\xe2\x80\x99")) return 3;
  return text.starts_with(mark) ? 1 : 0;
}

/// Appends the digits of a whole number with marks to `out`; what is left of `text`. Nothing when a group is amiss.
std::optional<std::string_view> take_groups(std::string_view text, char mark, std::string& out) {
  std::size_t group = 0;
  bool marked = false;
  const bool lakh = mark == ',' || mark == ' ';
  while (!text.empty()) {
    if (is_digit(text[0])) {
      out += text[0];
      ++group;
      text.remove_prefix(1);
      continue;
    }
    const std::size_t length = mark_length(text, mark);
    if (length == 0) break;
    const bool whole = marked ? group == 3 || (lakh && group == 2) : group >= 1 && group <= 3;
    const bool zero = !marked && group == 1 && out.ends_with('0');
    if (!whole || zero) return std::nullopt;  // 0,123 has a decimal comma
    marked = true;
    group = 0;
    text.remove_prefix(length);
  }
  if (marked && group != 3) return std::nullopt;
  return text;
}

}  // namespace

ParsedNumber parse_number(std::string_view text, NumberFormat format) {
  if (format == NumberFormat{}) return parse_number(text);
  constexpr std::size_t longest = 1000;  // digits: nobody writes more in another format
  if (text.size() > longest) return parse_number(text);
  std::string plain;
  plain.reserve(text.size());
  if (text.starts_with('-') || text.starts_with('+')) {
    plain += text[0];
    text.remove_prefix(1);
  }
  if (format.thousands != 0) {
    const auto rest = take_groups(text, format.thousands, plain);
    if (!rest) return {};
    text = *rest;
  }
  for (const char c : text) {
    if (c == format.decimal) plain += '.';
    else if (c == '.') return {};  // a point that is no decimal mark here
    else plain += c;
  }
  return parse_number(plain);
}

NumberForms forms_of(std::string_view text, NumberForms among) {
  constexpr std::size_t longest = 60;
  if (text.size() > longest || std::none_of(text.begin(), text.end(), is_digit)) return 0;
  NumberForms out = 0;
  for (std::size_t i = 0; i < std::size(number_formats); ++i) {
    if ((among >> i & 1U) == 0) continue;
    if (parse_number(text, number_formats[i]).kind != NumberText::none) out |= 1U << i;
  }
  return out;
}

bool has_leading_zero(std::string_view text) {
  return text.size() > 1 && text[0] == '0' && std::all_of(text.begin(), text.end(), is_digit);
}

bool is_large_integer(std::string_view text, double value) {
  constexpr double exact = 9007199254740992.0;  // 2^53
  return std::abs(value) >= exact && text.find_first_not_of("+-0123456789") == std::string_view::npos;
}

Resemblance resemblance(std::string_view text) {
  constexpr std::size_t longest = 40;
  if (text.size() > longest || std::none_of(text.begin(), text.end(), is_digit)) return Resemblance::none;
  const std::string_view whole = text;
  if (text[0] == '-' || text[0] == '+') text.remove_prefix(1);
  if (const std::size_t end = grouped_length(text); end > 0) {
    const std::string_view rest = text.substr(end);
    if (rest.empty() || (rest[0] == '.' && rest.find_first_not_of("0123456789", 1) == std::string_view::npos)) {
      return Resemblance::thousands;
    }
  }
  if (const std::size_t comma = text.find(','); comma != std::string_view::npos && comma > 0) {
    const bool digits_alone = text.find_first_not_of("0123456789,") == std::string_view::npos;
    if (digits_alone && text.find(',', comma + 1) == std::string_view::npos && comma + 1 < text.size()) {
      return Resemblance::decimal_comma;
    }
  }
  // A currency sign before the number, or a unit behind it: no digits and no more than a word or two.
  const std::size_t first = whole.find_first_of("0123456789");
  const std::string_view number = whole.substr(first);
  const std::string_view unit = number.substr(std::max(grouped_length(number), plain_length(number)));
  constexpr std::size_t longest_sign = 4, longest_unit = 12;
  const bool letters_before = std::any_of(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(first),
                                          [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
  const bool fits = first <= longest_sign && !letters_before && unit.size() <= longest_unit &&
                    std::none_of(unit.begin(), unit.end(), is_digit);
  return fits ? Resemblance::unit : Resemblance::none;
}

}  // namespace gradus::data
