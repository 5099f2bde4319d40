#include "gradus/core/base/byte_size.hpp"

#include <iterator>

namespace gradus {

std::string exact_size(std::size_t bytes) {
  constexpr const char* units[] = {"B", "KB", "MB", "GB", "TB", "PB", "EB"};
  std::size_t unit = 0, scale = 1;
  while (unit + 1 < std::size(units) && bytes / scale >= 1000) scale *= 1000, ++unit;
  std::string text = std::to_string(bytes / scale);
  if (std::size_t rest = bytes % scale; rest > 0) {
    text += '.';
    for (; rest > 0; rest %= scale) scale /= 10, text += static_cast<char>('0' + rest / scale);
  }
  return text + units[unit];
}

std::string enough_size(std::size_t bytes) {
  std::size_t step = 1;
  while (bytes / step >= 10000) step *= 10;
  return exact_size((bytes + step - 1) / step * step);
}

}  // namespace gradus
