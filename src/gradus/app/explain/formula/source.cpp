#include "gradus/app/explain/formula/source.hpp"

#include <algorithm>

namespace gradus::explain {
namespace {

bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts_character));
}

/// The text around the place, at most about 70 characters, and a caret below it.
std::string picture(const Source& source, Span where) {
  constexpr std::size_t before = 44, after = 24;
  std::size_t begin = where.begin > before ? where.begin - before : 0;
  std::size_t end = std::min(source.text.size(), std::max(where.end, where.begin + 1) + after);
  while (begin > 0 && !starts_character(source.text[begin])) --begin;
  while (end < source.text.size() && !starts_character(source.text[end])) ++end;
  std::string line(source.text.substr(begin, end - begin));
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 32 || c == 127) c = ' ';  // one column each, so that the caret fits
  }
  const std::string lead = begin > 0 ? "..." : "", tail = end < source.text.size() ? "..." : "";
  const std::size_t indent = lead.size() + characters(source.text.substr(begin, where.begin - begin));
  const std::size_t last = std::min({where.end, end, where.begin + 24});
  const std::size_t marks = last > where.begin ? characters(source.text.substr(where.begin, last - where.begin)) : 1;
  return "\n  " + lead + line + tail + "\n  " + std::string(indent, ' ') + "^" +
         std::string(std::max<std::size_t>(marks, 1) - 1, '~');
}

std::string place(const Source& source, Span where) {
  return std::string(source.name) + ", column " + std::to_string(column(source, where.begin));
}

}  // namespace

std::size_t column(const Source& source, std::size_t byte) { return characters(source.text.substr(0, byte)) + 1; }

UserError error_at(const Source& source, Span where, const std::string& found, const std::string& expected,
                   const std::string& remedy) {
  return {Fault::usage, describe(Report{place(source, where), found, expected, remedy}) + picture(source, where)};
}

UserError error_at(const Source& source, Span where, const std::string& message) {
  return {Fault::usage, place(source, where) + ": " + message + picture(source, where)};
}

}  // namespace gradus::explain
