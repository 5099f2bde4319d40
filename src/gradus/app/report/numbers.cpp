#include "gradus/app/report/numbers.hpp"

#include <fmt/core.h>

#include <array>
#include <cmath>

namespace gradus::report {
namespace {

bool begins_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }

}  // namespace

std::string grouped(std::int64_t count) {
  std::string digits = std::to_string(count);
  const std::size_t first = count < 0 ? 1 : 0;
  for (std::size_t at = digits.size(); at > first + 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

std::string prefixed(double value) {
  constexpr std::array<const char*, 7> prefixes{"", " k", " M", " G", " T", " P", " E"};
  std::size_t index = 0;
  while (std::fabs(value) >= 999.5 && index + 1 < prefixes.size()) value /= 1000, ++index;
  return fmt::format("{:.3g}{}", value, prefixes[index]);
}

std::string bytes(double count) {
  constexpr std::array<const char*, 6> units{"bytes", "KB", "MB", "GB", "TB", "PB"};
  std::size_t index = 0;
  while (count >= 999.5 && index + 1 < units.size()) count /= 1000, ++index;
  if (index == 0) return fmt::format("{:.0f} {}", count, count == 1 ? "byte" : "bytes");
  return fmt::format("{:.{}f} {}", count, count >= 99.95 ? 0 : 1, units[index]);
}

std::string duration(double seconds) {
  if (!(seconds >= 0)) seconds = 0;
  if (seconds < 9.95) return fmt::format("{:.1f} s", seconds);
  if (seconds < 59.5) return fmt::format("{:.0f} s", seconds);
  constexpr double longest = 1e12;
  const auto whole = static_cast<std::int64_t>(std::lround(std::min(seconds, longest)));
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

std::string percent(double share, int decimals) { return fmt::format("{:.{}f} %", share * 100, decimals); }

std::string counted(std::int64_t count, std::string_view noun) {
  return grouped(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

std::string padded(std::string_view text, std::size_t width) {
  const std::size_t taken = columns(text);
  return std::string(text) + std::string(taken < width ? width - taken : 0, ' ');
}

std::string left_padded(std::string_view text, std::size_t width) {
  const std::size_t taken = columns(text);
  return std::string(taken < width ? width - taken : 0, ' ') + std::string(text);
}

std::size_t columns(std::string_view text) {
  std::size_t count = 0;
  for (const char byte : text) count += begins_character(byte) ? 1U : 0U;
  return count;
}

std::string cut(std::string_view text, std::size_t width) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (begins_character(text[at]) && ++count > width) return std::string(text.substr(0, at));
  }
  return std::string(text);
}

}  // namespace gradus::report
