#include "gradus/app/cli/arguments/read_number.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "gradus/core/base/error.hpp"
#include "gradus/core/base/remedy.hpp"
#include "gradus/core/graph/print.hpp"

namespace gradus::cli {
namespace {

[[noreturn]] void refuse(std::string_view text, const std::string& place, const std::string& expected,
                         const std::string& value) {
  const std::string found = text.empty() ? "nothing" : "\"" + printable(text) + "\"";
  throw UserError(Fault::usage, Report{place, found, expected, given_at(place, value)});
}

/// A number in `range`, a small one where it may be.
double number_in(const NumberRange& range) {
  const double small = std::isfinite(range.high) ? 0.1 : 0.001;
  return small > range.low && small < range.high ? small : (range.low + range.high) / 2;
}

template <class T> bool read_all(std::string_view text, T& value) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end && !text.empty();
}

}  // namespace

std::int64_t read_integer(std::string_view text, const std::string& place, std::int64_t low, std::int64_t high,
                          std::int64_t usual) {
  std::int64_t value = 0;
  if (!read_all(text, value) || value < low || value > high) {
    refuse(text, place, "a whole number from " + std::to_string(low) + " to " + std::to_string(high),
           std::to_string(std::clamp<std::int64_t>(usual, low, high)));
  }
  return value;
}

std::uint64_t read_natural(std::string_view text, const std::string& place) {
  std::uint64_t value = 0;
  if (!read_all(text, value)) {
    refuse(text, place,
           "a whole number from 0 to " + std::to_string(std::numeric_limits<std::uint64_t>::max()) + " (2^64 - 1)",
           "1");
  }
  return value;
}

double read_number(std::string_view text, const std::string& place, const NumberRange& range) {
  double value = 0;
  const bool read = read_all(text, value) && std::isfinite(value);
  const bool low_fits = range.low_open ? value > range.low : value >= range.low;
  const bool high_fits = range.high_open ? value < range.high : value <= range.high;
  if (!read || !low_fits || !high_fits) {
    refuse(text, place, std::string(range.words), print_number(number_in(range)));
  }
  return value;
}

double read_seconds(std::string_view text, const std::string& place) {
  struct Unit {
    std::string_view suffix;
    double seconds;
  };
  constexpr std::array<Unit, 5> units{{{"ms", 1e-3}, {"s", 1}, {"m", 60}, {"h", 3600}, {"", 1}}};
  constexpr double longest = 1e9;
  for (const Unit& unit : units) {
    if (!text.ends_with(unit.suffix)) continue;
    double value = 0;
    const bool read = read_all(text.substr(0, text.size() - unit.suffix.size()), value);
    if (read && value > 0 && value * unit.seconds <= longest) return value * unit.seconds;
    break;
  }
  refuse(text, place, "a time greater than 0, such as 90s, 10m or 2h", "10m");
}

std::int64_t read_bytes(std::string_view text, const std::string& place) {
  struct Unit {
    std::string_view suffix;
    double bytes;
  };
  constexpr double k = 1000, ki = 1024;
  constexpr std::array<Unit, 12> units{{{"KiB", ki},
                                        {"MiB", ki * ki},
                                        {"GiB", ki * ki * ki},
                                        {"TiB", ki * ki * ki * ki},
                                        {"KB", k},
                                        {"kB", k},
                                        {"MB", k * k},
                                        {"GB", k * k * k},
                                        {"TB", k * k * k * k},
                                        {"B", 1},
                                        {"bytes", 1},
                                        {"", 1}}};
  constexpr double most = 1e15;
  for (const Unit& unit : units) {
    if (!text.ends_with(unit.suffix)) continue;
    double value = 0;
    const bool read = read_all(text.substr(0, text.size() - unit.suffix.size()), value);
    if (read && value * unit.bytes >= 1 && value * unit.bytes <= most) {
      return std::llround(value * unit.bytes);  // 2.3MB: 2,300,000, though 2.3 lies a little below
    }
    break;
  }
  refuse(text, place, "a size such as 200MB, 1.5GB or 64KiB", "200MB");
}

}  // namespace gradus::cli
