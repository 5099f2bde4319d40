// What computes.
#pragma once

#include <string>
#include <string_view>

namespace gradus::cli {

/// One of devices(). Throws UserError at `place` for another name.
std::string_view read_device(const std::string& text, const std::string& place);
/// One of instruction_sets(). Throws UserError at `place` for another name, or one that this machine has not.
std::string_view read_isa(const std::string& text, const std::string& place);

}  // namespace gradus::cli
