// Text in columns, wrapped to the width of the terminal.
#pragma once

#include <string>
#include <string_view>

namespace gradus::report {

/// `left`, then `text` from column `indent` on, wrapped between words to `width` columns. Ends with a newline.
std::string wrapped(std::string_view left, std::string_view text, std::size_t indent, int width);

/// `text` as a word of a shell's command line: in single quotes when it needs them.
std::string shell_word(std::string_view text);

}  // namespace gradus::report
