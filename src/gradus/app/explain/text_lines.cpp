#include "gradus/app/explain/text_lines.hpp"

#include <algorithm>

#include "gradus/app/explain/names.hpp"

namespace gradus::explain {
namespace {

constexpr std::int64_t most_rows = 12;

}  // namespace

std::size_t shown_width(std::string_view text) {
  std::size_t n = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\033') {
      while (i < text.size() && text[i] != 'm') ++i;
      continue;
    }
    n += (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80;
  }
  return n;
}

std::string pad_left(const std::string& text, std::size_t width) {
  const std::size_t shown = shown_width(text);
  return (shown < width ? std::string(width - shown, ' ') : "") + text;
}

std::string pad_right(const std::string& text, std::size_t width) {
  const std::size_t shown = shown_width(text);
  return text + (shown < width ? std::string(width - shown, ' ') : "");
}

std::string wrapped(const std::string& first, const std::string& text, std::size_t indent, int width) {
  const auto limit = static_cast<std::size_t>(std::max(width, 20));
  std::string out, line = first;
  bool fresh = true;  // nothing of `text` on this line yet
  const auto flush = [&] {
    out += line + "\n";
    line = std::string(indent, ' '), fresh = true;
  };
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = std::min(text.find(' ', at), text.size());
    std::string word = text.substr(at, end - at);
    if (!fresh && shown_width(line) + 1 + shown_width(word) > limit) flush();
    while (shown_width(line) + shown_width(word) > limit && shown_width(word) > limit - indent) {  // longer than a line
      std::size_t room = limit - shown_width(line) - (fresh ? 0 : 1);
      while (room < word.size() && room > 0 && (static_cast<unsigned char>(word[room]) & 0xC0) == 0x80) --room;
      line += (fresh ? "" : " ") + word.substr(0, room);
      word = word.substr(std::min(room, word.size()));
      flush();
    }
    if (fresh && shown_width(line) + shown_width(word) > limit && shown_width(line) > indent) flush();
    line += (fresh ? "" : " ") + word;
    fresh = false, at = end + 1;
  }
  return out + line + "\n";
}

std::string matrix_text(ConstView value, std::size_t indent, int width) {
  const std::int64_t columns = value.shape().last(), rows = columns ? value.count() / columns : 0;
  const std::int64_t shown_rows = std::min(rows, most_rows);
  std::vector<std::string> cells;
  std::size_t longest = 1;
  for (std::int64_t i = 0; i < shown_rows * columns; ++i) {
    cells.push_back(short_number(value.number(i), 9));
    longest = std::max(longest, cells.back().size());
  }
  const std::size_t room = static_cast<std::size_t>(std::max(width, 20)) - indent;
  const auto block = static_cast<std::int64_t>(std::max<std::size_t>(1, room / (longest + 2)));
  std::string out;
  for (std::int64_t begin = 0; begin < columns && begin < 4 * block; begin += block) {
    const std::int64_t end = std::min(columns, begin + block);
    if (columns > block) {
      out += std::string(indent, ' ') + "columns " + std::to_string(begin + 1) + " to " + std::to_string(end) + " of " +
             std::to_string(columns) + ":\n";
    }
    for (std::int64_t row = 0; row < shown_rows; ++row) {
      std::string line(indent, ' ');
      for (std::int64_t c = begin; c < end; ++c) {
        line += (c > begin ? "  " : "") + pad_left(cells[static_cast<std::size_t>(row * columns + c)], longest);
      }
      out += line + "\n";
    }
  }
  if (rows > shown_rows) out += std::string(indent, ' ') + "... " + std::to_string(rows) + " rows in all\n";
  return out;
}

std::string inked(const std::string& text, Ink ink, bool color) {
  if (!color) return text;
  const char* code = ink == Ink::value ? "\033[34m" : ink == Ink::gradient ? "\033[31m" : "\033[1m";
  return code + text + "\033[0m";
}

}  // namespace gradus::explain
