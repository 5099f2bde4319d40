// What computes.
#pragma once

#include <string>
#include <string_view>

namespace gradus::cli {

/// One of devices(). Throws UserError at `place` for another name.
std::string_view read_device(const std::string& text, const std::string& place);

}  // namespace gradus::cli
