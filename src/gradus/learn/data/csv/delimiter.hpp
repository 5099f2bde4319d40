// Which character separates the fields.
#pragma once

#include <string_view>

namespace gradus::data {

/// The one of , ; tab | that cuts the first lines (up to 20) into equally many fields, at least two; the one with the
/// most fields if there are several; the one that is most frequent in the first line if none is regular. 0 when none
/// occurs.
char find_delimiter(std::string_view text);

/// "comma", "semicolon", "tab", "bar"
std::string_view delimiter_name(char delimiter);

}  // namespace gradus::data
