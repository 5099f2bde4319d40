#include "gradus/core/base/rounded.hpp"

#include <fmt/core.h>

#include <charconv>
#include <cmath>

namespace gradus {

std::string rounded(double value, int digits) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  char text[64];
  const auto cut = std::to_chars(text, text + sizeof text, value, std::chars_format::general, digits);
  double short_value = value;
  std::from_chars(text, cut.ptr, short_value);
  return {text, std::to_chars(text, text + sizeof text, short_value).ptr};
}

std::string short_number(double value, int digits) {
  if (std::isnan(value)) return "not a number";
  if (std::isinf(value)) return value > 0 ? "infinite" : "-infinite";
  const double size = std::fabs(value);
  if (size >= std::pow(10.0, digits) && size < 1e9) return fmt::format("{:.0f}", value);
  return fmt::format("{:.{}g}", value, digits);
}

}  // namespace gradus
