#include "gradus/learn/data/csv/delimiter.hpp"

#include <algorithm>
#include <cstddef>

namespace gradus::data {
namespace {

constexpr std::string_view candidates = ",;\t|";

struct Cut {
  std::size_t fields = 1;  // in the first line
  bool regular = true;     // as many in the following ones
};

/// Counts without checking: quotes only switch the delimiter off.
Cut cut_first_lines(std::string_view text, char delimiter) {
  constexpr int lines_wanted = 20;
  constexpr std::size_t bytes_looked_at = std::size_t{1} << 16;
  Cut out;
  std::size_t fields = 1;
  bool quoted = false, empty = true;
  int lines = 0;
  for (const char c : text.substr(0, bytes_looked_at)) {
    if (c == '"') quoted = !quoted;
    if (c == '\n' && !quoted) {
      if (lines == 0) out.fields = fields;
      else if (!empty && fields != out.fields) out.regular = false;
      if (++lines == lines_wanted) return out;
      fields = 1;
      empty = true;
      continue;
    }
    if (c == delimiter && !quoted) ++fields;
    if (c != ' ' && c != '\r') empty = false;
  }
  if (lines == 0) out.fields = fields;
  return out;
}

}  // namespace

char find_delimiter(std::string_view text) {
  char best = 0;
  Cut best_cut;
  best_cut.regular = false;
  for (const char candidate : candidates) {
    const Cut cut = cut_first_lines(text, candidate);
    if (cut.fields < 2) continue;
    const bool better = cut.regular != best_cut.regular ? cut.regular : cut.fields > best_cut.fields;
    if (best == 0 || better) {
      best = candidate;
      best_cut = cut;
    }
  }
  return best;
}

std::string_view delimiter_name(char delimiter) {
  switch (delimiter) {
    case ',': return "comma";
    case ';': return "semicolon";
    case '\t': return "tab";
    case '|': return "bar";
    default: return "another character";
  }
}

}  // namespace gradus::data
