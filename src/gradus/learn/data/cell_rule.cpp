#include "gradus/learn/data/cell_rule.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include "gradus/learn/data/csv/cells.hpp"
#include "gradus/learn/data/dates.hpp"

namespace gradus::data {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// A text cut around its number.
struct CutText {
  std::string_view before, number, after;
  bool negative = false;
};

/// Nothing when there is no digit. A sign may stand before the unit or before the number.
std::optional<CutText> cut(std::string_view text) {
  CutText out;
  const auto take_sign = [&](std::string_view& from) {
    if (from.empty() || (from[0] != '-' && from[0] != '+')) return;
    out.negative = from[0] == '-';
    from.remove_prefix(1);
  };
  take_sign(text);
  std::size_t first = text.find_first_of("0123456789");
  if (first == std::string_view::npos) return std::nullopt;
  // A point before the digits is theirs, but not the one of Rs.1200.
  if (first > 0 && text[first - 1] == '.' && (first == 1 || !is_letter(text[first - 2]))) --first;
  out.before = text.substr(0, first);
  if (out.before.ends_with('-') || out.before.ends_with('+')) {
    out.negative = out.before.back() == '-';
    out.before.remove_suffix(1);
  }
  text.remove_prefix(first);
  std::size_t end = text.find_first_not_of("0123456789.,");
  if (end == std::string_view::npos) end = text.size();
  const bool exponent = end + 1 < text.size() && (text[end] == 'e' || text[end] == 'E') &&
                        (is_digit(text[end + 1]) || ((text[end + 1] == '-' || text[end + 1] == '+') &&
                                                     end + 2 < text.size() && is_digit(text[end + 2])));
  if (exponent) {
    end += 2;
    while (end < text.size() && is_digit(text[end])) ++end;
  }
  while (end > 0 && (text[end - 1] == ',' || (text[end - 1] == '.' && end > 1 && end < text.size()))) --end;
  out.number = text.substr(0, end);
  out.after = text.substr(end);
  return out;
}

/// Digits, with commas between thousands (or as in India between lakhs) and a point.
double number_of(std::string_view text) {
  std::string plain;
  if (text.find(',') != std::string_view::npos) {
    const std::size_t point = std::min(text.find('.'), text.size());
    if (resemblance(text.substr(0, point)) != Resemblance::thousands) return none;
    for (const char c : text) {
      if (c != ',') plain += c;
    }
    text = plain;
  }
  const ParsedNumber parsed = parse_number(text);
  return parsed.kind == NumberText::number ? parsed.value : none;
}

/// A currency before a number: a sign, or letters as in "USD " and "Rs. ".
bool may_precede(std::string_view unit) {
  constexpr std::size_t longest = 5;
  if (unit.size() > longest) return false;
  const auto letters = std::count_if(unit.begin(), unit.end(), is_letter);
  const bool capitals = std::none_of(unit.begin(), unit.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  const bool apart = unit.ends_with(' ') || unit.ends_with('.');  // PAL0708 is a name
  return letters == 0 || (apart && ((capitals && letters == 3) || unit.starts_with("Rs")));
}

bool may_follow(std::string_view unit) {
  constexpr std::size_t longest = 16;
  return unit.size() <= longest && std::none_of(unit.begin(), unit.end(), is_digit);
}

}  // namespace

double read_cell(const CellRule& rule, std::string_view text) {
  if (rule.form == CellRule::Form::date) return read_date(text, rule.order);
  if (const ParsedNumber plain = parse_number(text); plain.kind == NumberText::number) return plain.value;
  if (rule.form == CellRule::Form::number) return none;
  const auto parts = cut(text);
  if (!parts || (parts->before != rule.before && !parts->before.empty())) return none;
  if (parts->after != rule.after && !parts->after.empty()) return none;
  const double number = number_of(parts->number);
  return parts->negative ? -number : number;
}

std::span<const double> cell_numbers(const Column& column, const CellRule& rule, std::vector<double>& own) {
  if (column.numeric) {
    own.assign(column.numbers.begin(), column.numbers.end());
    return own;
  }
  std::vector<double> by_index;
  for (const std::string& text : column.text.distinct) by_index.push_back(read_cell(rule, text));
  own.clear();
  own.reserve(column.text.index.size());
  for (const std::int32_t index : column.text.index) {
    own.push_back(index < 0 ? none : by_index[static_cast<std::size_t>(index)]);
  }
  return own;
}

std::optional<CellRule> find_unit(std::span<const std::string> texts) {
  std::optional<CellRule> rule;
  for (const std::string& text : texts) {
    const auto parts = cut(text);
    if (!parts || std::isnan(number_of(parts->number))) return std::nullopt;
    if (!rule) {
      if (parts->before.empty() && parts->after.empty()) return std::nullopt;
      if (!may_precede(parts->before) || !may_follow(parts->after)) return std::nullopt;
      rule = CellRule{CellRule::Form::unit, std::string(parts->before), std::string(parts->after)};
    } else if (parts->before != rule->before || parts->after != rule->after) {
      return std::nullopt;
    }
  }
  return rule;
}

std::optional<FoundDate> find_date(std::span<const std::string> texts) {
  FoundDate out;
  std::vector<DateOrder> forward;
  for (const DateOrder order : {DateOrder::dmy, DateOrder::mdy, DateOrder::ymd}) {
    if (!find_date(texts, order)) continue;
    out.fitting.push_back(order);
    double last = -std::numeric_limits<double>::infinity();
    const bool sorted = std::all_of(texts.begin(), texts.end(), [&](const std::string& text) {
      const double now = read_date(text, order);
      return now >= std::exchange(last, now);
    });
    if (sorted) forward.push_back(order);
  }
  if (out.fitting.empty()) return std::nullopt;
  const auto fits = [&](DateOrder order) {
    return std::find(out.fitting.begin(), out.fitting.end(), order) != out.fitting.end();
  };
  const bool same = std::all_of(texts.begin(), texts.end(), [&](const std::string& text) {
    return std::all_of(out.fitting.begin(), out.fitting.end(),
                       [&](DateOrder order) { return read_date(text, order) == read_date(text, out.fitting[0]); });
  });
  const bool slashes = !texts.empty() && texts[0].find('/') != std::string::npos;
  out.rule.form = CellRule::Form::date;
  out.rule.order = out.fitting[0];
  if (same) out.fitting.resize(1);
  else if (forward.size() == 1) out.rule.order = forward[0], out.fitting = forward;
  else if (slashes && fits(DateOrder::mdy)) out.rule.order = DateOrder::mdy;
  return out;
}

std::optional<FoundDate> find_date(std::span<const std::string> texts, DateOrder order) {
  for (const std::string& text : texts) {
    if (std::isnan(read_date(text, order))) return std::nullopt;
  }
  if (texts.empty()) return std::nullopt;
  return FoundDate{{CellRule::Form::date, {}, {}, order}, {order}};
}

std::string_view name(DateOrder order) {
  constexpr std::string_view names[] = {"dmy", "mdy", "ymd"};
  return names[static_cast<std::size_t>(order)];
}

}  // namespace gradus::data
