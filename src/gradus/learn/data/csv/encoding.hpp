// Is it UTF-8 text at all?
#pragma once

#include <string>
#include <string_view>

namespace gradus::data {

/// `text` without a byte order mark. Throws UserError(Fault::data) with line and column for NUL and bytes that are not
/// UTF-8.
std::string_view check_encoding(std::string_view text, const std::string& name);

}  // namespace gradus::data
