#include "gradus/learn/kinds/key.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>

#include "gradus/core/base/error.hpp"
#include "gradus/core/base/nearest.hpp"
#include "gradus/core/base/remedy.hpp"
#include "gradus/core/graph/print.hpp"

namespace gradus::kinds {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
template <class T> bool read_all(std::string_view text, T& value) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end && !text.empty();
}

/// "5x3"
std::string joined(const Sizes& sizes) {
  std::string out;
  for (const std::int64_t size : sizes) out += (out.empty() ? "" : "x") + std::to_string(size);
  return out;
}

bool read_sizes(std::string_view text, Sizes& sizes) {
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('x', at), text.size());
    if (!read_all(text.substr(at, end - at), sizes.emplace_back())) return false;
    at = end + 1;
  }
  return true;
}

constexpr std::string_view truths[] = {"true", "false"};

/// "a number from 0 to below 1": `what` and its range; ends of whole numbers without exponents.
std::string in_range(std::string what, const Range& range, bool whole = true) {
  const auto text = [&](double end) {
    return whole && std::fabs(end) < 1e15 ? std::to_string(static_cast<std::int64_t>(end)) : print_number(end);
  };
  const std::string low = text(range.low), high = text(range.high);
  if (range.low != -infinite) what += (range.low_open ? " greater than " : " from ") + low;
  if (range.high == infinite) return range.low == -infinite || range.low_open ? what : what + " on";
  if (range.low == -infinite) return what + (range.high_open ? " below " : " up to ") + high;
  return what + (range.low_open ? " and " : " to ") +
         (range.high_open  ? "below "
          : range.low_open ? "at most "
                           : "") +
         high;
}

std::string listed(std::span<const std::string_view> words) {
  std::string out;
  for (const std::string_view word : words) out += (out.empty() ? "" : " or ") + std::string(word);
  return out;
}

[[noreturn]] void refuse(const Key& key, const std::string& found, const std::string& place, std::string remedy = {}) {
  if (remedy.empty()) remedy = key.value;
  throw UserError(Fault::usage, Report{place, found, describe(key), given_at(place, remedy)});
}

bool holds(const Key& key, const KeyValue& value) {
  switch (key.type) {
    case KeyType::truth: return std::holds_alternative<bool>(value);
    case KeyType::whole: {
      const auto* whole = std::get_if<std::int64_t>(&value);
      return whole != nullptr && key.range.contains(static_cast<double>(*whole));
    }
    case KeyType::number: {
      const auto* number = std::get_if<double>(&value);
      return number != nullptr && key.range.contains(*number);
    }
    case KeyType::word: {
      const auto* word = std::get_if<std::string>(&value);
      return word != nullptr && std::find(key.words.begin(), key.words.end(), *word) != key.words.end();
    }
    case KeyType::sizes: {
      const auto* sizes = std::get_if<Sizes>(&value);
      if (sizes == nullptr || sizes->size() > key.numbers) return false;
      if (sizes->empty()) return key.value.empty() && !key.required;
      return std::all_of(sizes->begin(), sizes->end(),
                         [&](std::int64_t size) { return key.range.contains(static_cast<double>(size)); });
    }
  }
  return false;
}

}  // namespace

bool Range::contains(double number) const {
  const bool low_fits = low_open ? number > low : number >= low, high_fits = high_open ? number < high : number <= high;
  return std::isfinite(number) && low_fits && high_fits;
}

std::string describe(const Key& key) {
  switch (key.type) {
    case KeyType::truth: return "true or false";
    case KeyType::whole: return in_range("a whole number", key.range);
    case KeyType::number: return in_range("a number", key.range, false);
    case KeyType::word: return listed(key.words);
    case KeyType::sizes:
      if (key.numbers == 1) return in_range("a whole number", key.range);
      return in_range("whole numbers", key.range) + ", joined by x where there are several";
  }
  return {};
}

KeyValue read_value(const Key& key, std::string_view text, const std::string& place) {
  KeyValue value;
  bool truth = text == truths[0];
  std::int64_t whole = 0;
  double number = 0;
  if (key.type == KeyType::truth && (truth || text == truths[1])) value = truth;
  if (key.type == KeyType::whole && read_all(text, whole)) value = whole;
  if (key.type == KeyType::number && read_all(text, number)) value = number;
  if (key.type == KeyType::word) value = std::string(text);
  if (Sizes sizes; key.type == KeyType::sizes && read_sizes(text, sizes)) value = std::move(sizes);
  if (holds(key, value)) return value;
  refuse(key, text.empty() ? "nothing" : "\"" + printable(text) + "\"", place,
         key.type == KeyType::word ? nearest(text, key.words) : "");
}

KeyValue usual_value(const Key& key) {
  if (key.type == KeyType::sizes && key.value.empty()) return Sizes{};
  return read_value(key, key.value, std::string(key.name));
}

bool same_value(const KeyValue& a, const KeyValue& b) {
  const auto *x = std::get_if<double>(&a), *y = std::get_if<double>(&b);
  return x != nullptr && y != nullptr ? std::bit_cast<std::uint64_t>(*x) == std::bit_cast<std::uint64_t>(*y) : a == b;
}

std::string print_value(const KeyValue& value) {
  struct Printer {
    std::string operator()(std::monostate) const { return "nothing"; }
    std::string operator()(bool truth) const { return std::string(truths[truth ? 0 : 1]); }
    std::string operator()(std::int64_t whole) const { return std::to_string(whole); }
    std::string operator()(double number) const { return print_number(number); }
    std::string operator()(const std::string& word) const { return word; }
    std::string operator()(const Sizes& sizes) const { return joined(sizes); }
  };
  return std::visit(Printer{}, value);
}

KeyValue checked_value(const Key& key, KeyValue value, const std::string& place) {
  const auto* whole = std::get_if<std::int64_t>(&value);
  if (key.type == KeyType::number && whole != nullptr) value = static_cast<double>(*whole);
  if (!holds(key, value)) refuse(key, printable(print_value(value)), place);
  return value;
}

Keys::Keys(std::span<const Key> table) : table_(table) {
  for (const Key& key : table) values_.push_back(key.required ? KeyValue() : usual_value(key));
}

std::size_t find_key(std::span<const Key> table, std::string_view name) {
  const auto at = std::find_if(table.begin(), table.end(), [&](const Key& key) { return same_name(key.name, name); });
  return static_cast<std::size_t>(at - table.begin());
}

const KeyValue& Keys::at(std::string_view name) const {
  for (std::size_t i = 0; i < table_.size(); ++i) {
    if (table_[i].name == name) return values_[i];
  }
  throw InternalError("a key that the kind's table does not have");
}

bool operator==(const Keys& a, const Keys& b) {
  return std::equal(a.values_.begin(), a.values_.end(), b.values_.begin(), b.values_.end(), same_value);
}

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return x == y || (x == '-' && y == '_') || (x == '_' && y == '-'); });
}

}  // namespace gradus::kinds
