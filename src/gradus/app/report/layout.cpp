#include "gradus/app/report/layout.hpp"

#include <algorithm>

#include "gradus/app/report/numbers.hpp"

namespace gradus::report {

std::string wrapped(std::string_view left, std::string_view text, std::size_t indent, int width) {
  const std::size_t all = static_cast<std::size_t>(std::max(width, 0));
  const std::size_t room = all > indent + 20 ? all - indent : 20;
  std::string out(left);
  std::size_t at = columns(left);
  if (at + 1 > indent) out += "\n", at = 0;
  out += std::string(indent - at, ' ');
  std::size_t line = 0;  // columns taken in this line
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    const std::size_t length = columns(word);
    if (line > 0 && line + 1 + length > room)
      out.erase(out.find_last_not_of(' ') + 1), out += "\n" + std::string(indent, ' '), line = 0;
    if (line > 0) out += ' ', ++line;
    out += word;
    line += length;
    text.remove_prefix(std::min(text.size(), end + 1));
  }
  return out + "\n";
}

std::string shell_word(std::string_view text) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.' || c == '/' || c == '+' || c == ',' || c == ':' || c == '@';
  };
  if (!text.empty() && text.front() != '-' && std::all_of(text.begin(), text.end(), plain)) return std::string(text);
  std::string out = text.starts_with('-') ? "./" : "";
  out += '\'';
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

}  // namespace gradus::report
