#include "gradus/core/base/error.hpp"

namespace gradus {

std::string describe(const Report& report) {
  std::string text = report.place;
  auto part = [&](const char* prefix, const std::string& value, const char* separator) {
    if (value.empty()) return;
    if (!text.empty()) text += separator;
    text += prefix + value;
  };
  part("found ", report.found, ": ");
  part("expected ", report.expected, "; ");
  part("try: ", report.remedy, "; ");
  return text;
}

std::string printable(std::string_view text) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (char character : text) {
    const auto c = static_cast<unsigned char>(character);
    if (c < 0x20 || c == 0x7f) {
      out += {'\\', 'x', digits[c >> 4], digits[c & 15]};
    } else {
      out += character;
    }
  }
  return out;
}

}  // namespace gradus
