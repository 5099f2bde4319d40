#include "gradus/learn/data/dates.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <string>

namespace gradus::data {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t seconds_of_day = 86'400;

constexpr std::string_view months[] = {"january", "february", "march",     "april",   "may",      "june",
                                       "july",    "august",   "september", "october", "november", "december"};
constexpr std::string_view weekdays[] = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// The number (from 1) of the name that `word` is, or its first letters (at least three); 0: none.
template <std::size_t N> int find_name(const std::string& word, const std::string_view (&names)[N]) {
  constexpr std::size_t least = 3;
  for (std::size_t i = 0; i < N && word.size() >= least; ++i) {
    if (names[i].starts_with(word) || (word == "sept" && names[i] == "september")) return static_cast<int>(i + 1);
  }
  return 0;
}

bool is_leap(std::int64_t year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

int days_in(std::int64_t year, int month) {
  constexpr int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

struct Number {
  std::int64_t value = 0;
  std::size_t digits = 0;
};

/// Reads a text from left to right; what does not fit leaves `ok` false.
struct Reader {
  std::string_view text;
  DateOrder order;
  std::size_t at = 0;
  bool ok = true;

  bool end() const { return at >= text.size(); }
  char next() const { return end() ? '\0' : text[at]; }
  void blanks() {
    while (next() == ' ') ++at;
  }
  bool take(char c) {
    if (next() != c) return false;
    ++at;
    return true;
  }

  Number number() {
    Number out;
    constexpr std::size_t longest = 8;
    while (is_digit(next()) && out.digits < longest) {
      out.value = 10 * out.value + (text[at++] - '0');
      ++out.digits;
    }
    ok = ok && out.digits > 0 && !is_digit(next());
    return out;
  }

  /// The letters that come next, in lower case; a point behind an abbreviation is skipped.
  std::string word() {
    std::string out;
    constexpr std::size_t longest = 10;
    while (is_letter(next()) && out.size() <= longest) {
      const char c = text[at++];
      out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    if (!out.empty()) take('.');
    return out;
  }

  int month_name() {
    const int month = find_name(word(), months);
    ok = ok && month > 0;
    return month;
  }

  static std::int64_t full_year(const Number& year) {
    constexpr std::int64_t pivot = 69;
    if (year.digits != 2) return year.value;
    return year.value + (year.value < pivot ? 2000 : 1900);
  }

  double date(std::int64_t year, std::int64_t month, std::int64_t day) {
    ok = ok && year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1;
    ok = ok && day <= days_in(year, static_cast<int>(month));
    if (!ok) return none;
    return static_cast<double>(days_of({year, static_cast<int>(month), static_cast<int>(day)}) * seconds_of_day);
  }

  /// Between parts of a date: one sign, or blanks.
  char separator() {
    const char c = next();
    if (c == '-' || c == '/' || c == '.' || c == ',') {
      ++at;
      blanks();
      return c;
    }
    const std::size_t before = at;
    blanks();
    return at > before ? ' ' : '\0';
  }

  bool year_like(const Number& number) const { return number.digits == 4; }

  /// Behind a year: 09-02, Jan, Sep 2, Q1, W05.
  double after_year(std::int64_t year) {
    const char between = separator();
    if (next() == 'Q' || next() == 'q' || next() == 'W' || next() == 'w') {
      const bool quarter = next() == 'Q' || next() == 'q';
      ++at;
      const Number number = this->number();
      if (quarter) return number.value >= 1 && number.value <= 4 ? date(year, 3 * number.value - 2, 1) : none;
      if (number.value < 1 || number.value > 53) return none;
      // ISO 8601: the week of January 4th is the first one.
      const std::int64_t fourth = days_of({year, 1, 4});
      const std::int64_t monday = fourth - ((fourth + 3) % 7 + 7) % 7;
      return static_cast<double>((monday + 7 * (number.value - 1)) * seconds_of_day);
    }
    if (between == '\0') return none;
    if (is_letter(next())) {
      const int month = month_name();
      const std::size_t before = at;
      if (separator() != '\0' && is_digit(next())) {
        const Number day = number();
        if (next() != ':') return date(year, month, day.value);
      }
      at = before;
      return date(year, month, 1);
    }
    const Number month = number();
    if (month.digits > 2) return none;
    if (next() != between || between == ' ') return between == ' ' ? none : date(year, month.value, 1);
    ++at;
    const Number day = number();
    return day.digits > 2 ? none : date(year, month.value, day.value);
  }

  /// Behind a number of one or two digits: 9/2014 is none, /09/2014, -Sep-14.
  double after_number(const Number& first) {
    const char between = separator();
    if (between == '\0') return none;
    if (is_letter(next())) {
      const int month = month_name();
      if (separator() == '\0') return none;
      const Number year = number();
      return year.digits == 3 || year.digits > 4 ? none : date(full_year(year), month, first.value);
    }
    if (between == ' ' || between == ',') return none;
    const Number second = number();
    if (second.digits > 2 || !take(between)) return none;
    const Number third = number();
    if (third.digits != 2 && third.digits != 4) {
      return order == DateOrder::ymd && third.digits == 1 && first.digits == 2
                 ? date(full_year(first), second.value, third.value)
                 : none;
    }
    if (order == DateOrder::ymd) {
      return third.digits == 2 && first.digits == 2 ? date(full_year(first), second.value, third.value) : none;
    }
    const bool day_first = order == DateOrder::dmy;
    return date(full_year(third), day_first ? second.value : first.value, day_first ? first.value : second.value);
  }

  /// Behind the name of a month: 2, 2014 or 2014 or -39.
  double after_month(int month) {
    const char between = separator();
    const Number first = number();
    if (year_like(first)) return date(first.value, month, 1);
    const std::size_t before = at;
    if (next() == ',' || next() == ' ') {
      separator();
      if (is_digit(next())) {
        const Number year = number();
        if (year_like(year)) return date(year.value, month, first.value);
      }
      at = before;
    }
    return between == '-' && first.digits == 2 ? date(full_year(first), month, 1) : none;
  }

  /// Tue, before a date.
  void weekday() {
    const std::size_t before = at;
    if (find_name(word(), weekdays) == 0) {
      at = before;
      return;
    }
    take(',');
    blanks();
  }

  double read_day() {
    weekday();
    if (is_letter(next())) return after_month(month_name());
    const Number first = number();
    if (!ok) return none;
    if (first.digits == 8) return date(first.value / 10000, first.value / 100 % 100, first.value % 100);
    if (year_like(first)) return after_year(first.value);
    return first.digits <= 2 ? after_number(first) : none;
  }

  double fraction() {
    double out = 0, unit = 0.1;
    for (; is_digit(next()); ++at, unit /= 10) out += unit * (text[at] - '0');
    return out;
  }

  void half(std::int64_t& hour) {
    const std::size_t before = at;
    blanks();
    const std::string word = this->word();
    if (word != "am" && word != "pm" && word != "a" && word != "p") {
      at = before;
      return;
    }
    take('m'), take('M'), take('.');  // a.m.
    ok = ok && hour >= 1 && hour <= 12;
    hour = hour % 12 + (word[0] == 'p' ? 12 : 0);
  }

  /// What a zone adds to UTC, in seconds.
  double zone() {
    blanks();
    if (end()) return 0;
    if (is_letter(next())) {
      const std::string word = this->word();
      ok = ok && (word == "z" || word == "utc" || word == "gmt");
      if (end()) return 0;
    }
    if (next() != '+' && next() != '-') return ok ? none : 0;
    const double sign = text[at++] == '-' ? -1 : 1;
    Number hours = number();
    std::int64_t minutes = 0;
    if (hours.digits == 4) minutes = hours.value % 100, hours.value /= 100;
    else if (take(':')) minutes = number().value;
    ok = ok && hours.value <= 14 && minutes < 60;
    return sign * static_cast<double>(3600 * hours.value + 60 * minutes);
  }

  double read_time() {
    Number first = number();
    std::int64_t minute = 0, second = 0;
    double part = 0;
    if (first.digits == 6 || (first.digits == 4 && next() != ':')) {  // 134659
      if (first.digits == 4) first.value *= 100;
      second = first.value % 100, minute = first.value / 100 % 100, first.value /= 10000;
      if (take('.')) part = fraction();
    } else {
      if (first.digits > 2 || !take(':')) return none;
      const Number minutes = number();
      minute = minutes.value;
      if (minutes.digits != 2) return none;
      if (take(':')) {
        const Number seconds = number();
        second = seconds.value;
        if (seconds.digits != 2) return none;
        if (take('.') || take(',')) part = fraction();
      }
    }
    half(first.value);
    ok = ok && first.value <= 23 && minute <= 59 && second <= 60;
    return static_cast<double>(3600 * first.value + 60 * minute + second) + part;
  }

  bool time_alone() const {
    const std::size_t colon = text.find(':');
    return colon != std::string_view::npos && colon > 0 && colon <= 2 && is_digit(text[0]) && is_digit(text[colon - 1]);
  }

  double read() {
    constexpr std::size_t longest = 48;
    if (text.size() > longest || text.find_first_of("0123456789") == std::string_view::npos) return none;
    if (time_alone()) {
      const double time = read_time();
      return ok && end() ? time : none;
    }
    double out = read_day();
    if (!ok || std::isnan(out)) return none;
    if (!end()) {
      const bool comma = take(',');
      const std::size_t before = at;
      blanks();
      const bool apart = comma || at > before || take('T') || take('t') || take(':');
      if (end()) return none;
      if (!apart) return none;
      out += read_time();
      if (!ok) return none;
      out -= zone();
    }
    return ok && end() ? out : none;
  }
};

}  // namespace

double read_date(std::string_view text, DateOrder order) { return Reader{text, order}.read(); }

// Both after Hinnant, chrono-compatible low-level date algorithms.
std::int64_t days_of(const Civil& date) {
  const std::int64_t year = date.year - (date.month <= 2 ? 1 : 0);
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t of_era = year - era * 400;
  const std::int64_t of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
  return era * 146'097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719'468;
}

Civil civil(double seconds) {
  const std::int64_t days = static_cast<std::int64_t>(std::floor(seconds / seconds_of_day)) + 719'468;
  const std::int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
  const std::int64_t of_era = days - era * 146'097;
  const std::int64_t year = (of_era - of_era / 1460 + of_era / 36'524 - of_era / 146'096) / 365;
  const std::int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
  const std::int64_t shifted = (5 * of_year + 2) / 153;
  const auto month = static_cast<int>(shifted < 10 ? shifted + 3 : shifted - 9);
  return {year + era * 400 + (month <= 2 ? 1 : 0), month, static_cast<int>(of_year - (153 * shifted + 2) / 5 + 1)};
}

std::string date_text(double seconds) {
  if (!std::isfinite(seconds) || std::abs(seconds) > 1e12) return "?";
  const Civil date = civil(seconds);
  const auto time = static_cast<int>(seconds - seconds_of_day * std::floor(seconds / seconds_of_day));
  std::array<char, 64> out{};
  const int length = std::snprintf(out.data(), out.size(), "%04lld-%02d-%02d", static_cast<long long>(date.year),
                                   date.month, date.day);
  std::string text(out.data(), static_cast<std::size_t>(length));
  if (time == 0) return text;
  const int more = std::snprintf(out.data(), out.size(), " %02d:%02d:%02d", time / 3600, time / 60 % 60, time % 60);
  return text + std::string(out.data(), static_cast<std::size_t>(more));
}

}  // namespace gradus::data
