#include "gradus/app/cli/arguments/column_list.hpp"

#include <algorithm>

#include "gradus/core/base/error.hpp"
#include "gradus/learn/nn/net.hpp"

namespace gradus::cli {
namespace {

constexpr std::string_view blanks = " \t";

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

[[noreturn]] void refuse(const std::string& place, const std::string& found, const std::string& expected,
                         const std::string& remedy) {
  throw UserError(Fault::usage, Report{place, found, expected, remedy});
}

/// The name in quotes at the start of `text`, which is cut off behind it.
std::string take_quoted(std::string_view& text, std::string_view whole, const std::string& place) {
  std::string name;
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] != '"') {
      name += text[at];
    } else if (at + 1 < text.size() && text[at + 1] == '"') {
      name += text[at++];
    } else {
      text.remove_prefix(at + 1);
      return name;
    }
  }
  refuse(place, "a quote that is not closed in " + printable(whole), "names separated by commas",
         "\"...\" around a name that holds a comma, \"\" for a quote in it");
}

std::string write_name(const std::string& name) {
  if (!name.empty() && name.find_first_of(",;\"") == std::string::npos && trimmed(name) == name) return name;
  std::string out = "\"";
  for (const char c : name) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

}  // namespace

std::vector<std::string> read_column_list(std::string_view text, const std::string& place) {
  const std::string_view whole = text;
  std::vector<std::string> names;
  while (!(text = trimmed(text)).empty()) {
    std::string name;
    if (text.front() == '"') {
      name = take_quoted(text, whole, place);
      text = trimmed(text);
      if (!text.empty() && text.front() != ',') {
        refuse(place, "text after a closing quote in " + printable(whole), "a comma, or the end",
               "\"\" for a quote in a quoted name");
      }
    } else {
      const std::size_t end = std::min(text.find(','), text.size());
      name = trimmed(text.substr(0, end));
      text.remove_prefix(end);
    }
    if (!name.empty()) names.push_back(std::move(name));
    if (!text.empty()) text.remove_prefix(1);  // the comma
  }
  return names;
}

std::vector<data::InputColumns> read_inputs(std::string_view text, const std::string& place) {
  std::vector<data::InputColumns> out;
  for (std::size_t at = 0; at < text.size();) {
    bool quoted = false;
    std::size_t end = at;
    for (; end < text.size() && (quoted || text[end] != ';'); ++end) quoted = quoted != (text[end] == '"');
    const std::string_view one = trimmed(text.substr(at, end - at));
    at = end + 1;
    if (one.empty()) continue;
    const std::size_t equals = one.find('=');
    const std::string name(trimmed(one.substr(0, equals)));
    if (equals == one.npos || name.empty()) {
      refuse(place, "\"" + printable(one) + "\"", "a name, = and columns", "\"brand=" + printable(one) + "\"");
    }
    nn::check_name(name);
    out.push_back({name, read_column_list(one.substr(equals + 1), place)});
    if (out.back().columns.empty()) refuse(place, "no columns of " + name, "one at least", "\"" + name + "=COLUMN\"");
  }
  return out;
}

std::string write_inputs(std::span<const data::InputColumns> inputs) {
  std::string out;
  for (const data::InputColumns& one : inputs) {
    out += (out.empty() ? "" : "; ") + one.name + "=" + write_column_list(one.columns);
  }
  return out;
}

std::string write_column_list(std::span<const std::string> names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ",") + write_name(name);
  return out;
}

}  // namespace gradus::cli
