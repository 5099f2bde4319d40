// Numbers as people type them, read strictly: the whole text, the point as decimal mark whatever the locale, in a
// range.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gradus::cli {

/// A whole number in [low, high]: digits with an optional minus, nothing else (no 1e3, 4.0, 0x4).
/// Throws UserError(Fault::usage): "place: found "abc"; expected a whole number from low to high; try: place usual",
/// with the number in the range that is nearest to `usual`.
std::int64_t read_integer(std::string_view text, const std::string& place, std::int64_t low, std::int64_t high,
                          std::int64_t usual = 1);

/// The same for 0 to 2^64 - 1.
std::uint64_t read_natural(std::string_view text, const std::string& place);

/// What a real number must be; `words` says it in messages: "a number greater than 0".
struct NumberRange {
  double low, high;
  bool low_open = false, high_open = false;
  std::string_view words;
};

/// A finite number in `range`. Too large a one (1e400) is refused too.
double read_number(std::string_view text, const std::string& place, const NumberRange& range);

/// A duration in seconds, greater than 0: "90", "90s", "10m", "2h", "500ms".
double read_seconds(std::string_view text, const std::string& place);

/// Bytes, at least 1: "200MB", "1.5GB" (powers of 1000), "64KiB" (of 1024), "4096".
std::int64_t read_bytes(std::string_view text, const std::string& place);

}  // namespace gradus::cli
