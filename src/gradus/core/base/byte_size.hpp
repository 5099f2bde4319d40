// Numbers of bytes in messages, in a form that can be typed back in as a size (--memory): decimal units, no space.
#pragma once

#include <cstddef>
#include <string>

namespace gradus {

/// Exactly: "12B", "1.5MB", "1.234567GB".
std::string exact_size(std::size_t bytes);

/// Rounded up to four digits, so that so much is enough: 1234567 is "1.235MB".
std::string enough_size(std::size_t bytes);

}  // namespace gradus
