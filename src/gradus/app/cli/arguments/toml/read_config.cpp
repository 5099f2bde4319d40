#include "gradus/app/cli/arguments/toml/read_config.hpp"

#define TOML_EXCEPTIONS 1
#include <toml++/toml.h>

#include <algorithm>

#include "gradus/core/base/error.hpp"
#include "gradus/core/graph/print.hpp"
#include "gradus/learn/data/foreign/foreign_format.hpp"

namespace gradus::cli {
namespace {

std::string place_of(const std::string& path, const toml::source_region& source) {
  return printable(path) + ":" + std::to_string(source.begin.line) + ":" + std::to_string(source.begin.column);
}

std::string_view kind_of(const toml::node& node) {
  if (node.is_table()) return "a table";
  if (node.is_array()) return "a list";
  return "a date or a time";
}

[[noreturn]] void refuse(const std::string& place, const std::string& found, const std::string& expected,
                         const std::string& remedy) {
  throw UserError(Fault::usage, Report{place, found, expected, remedy});
}

/// Nothing for a table, a list, a date or a time.
std::optional<std::string> text_of(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* number = node.as_floating_point()) return print_number(number->get());
  if (const auto* truth = node.as_boolean()) return truth->get() ? "true" : "false";
  return std::nullopt;
}

std::vector<std::string> texts_of(const toml::array& list, const std::string& path) {
  std::vector<std::string> out;
  for (const toml::node& item : list) {
    const auto text = text_of(item);
    if (!text) {
      refuse(place_of(path, item.source()), std::string(kind_of(item)) + " inside a list",
             "a list of texts, such as [\"id\", \"name\"]",
             "it in quotes, or its items by themselves in the list around it");
    }
    out.push_back(*text);
  }
  return out;
}

void collect(const toml::table& table, const std::string& prefix, const std::string& path,
             std::vector<Assignment>& out) {
  for (const auto& [key, node] : table) {
    const std::string name = prefix + std::string(key.str());
    // Settings have two parts: what lies deeper is an unknown key, which assign() says.
    if (const auto* inner = node.as_table(); inner != nullptr && (prefix.empty() || !inner->empty())) {
      collect(*inner, name + ".", path, out);
      continue;
    }
    const std::string place = place_of(path, key.source());
    if (const auto* list = node.as_array()) {
      out.push_back({name, "", texts_of(*list, path), place});
    } else if (auto text = text_of(node)) {
      out.push_back({name, std::move(*text), {}, place});
    } else {
      refuse(place, std::string(kind_of(node)), "a text, a number, true or false, or a list of texts",
             "it in quotes: " + std::string(key.str()) + " = \"...\"");
    }
  }
}

/// Behind the quoted text that begins at `at`, or its line's end where it does not end in it.
std::size_t skip_quoted(std::string_view text, std::size_t at) {
  const char quote = text[at];
  const std::string_view three = quote == '"' ? "\"\"\"" : "'''";
  const bool many = text.substr(at).starts_with(three);
  for (at += many ? 3 : 1; at < text.size(); ++at) {
    if (text[at] == '\\' && quote == '"') ++at;
    else if (!many && (text[at] == quote || text[at] == '\n')) return at + (text[at] == quote ? 1 : 0);
    else if (many && text.substr(at).starts_with(three)) {
      at += 3;
      for (int more = 0; more < 2 && at < text.size() && text[at] == quote; ++more) ++at;  // quotes before the end
      return at;
    }
  }
  return text.size();
}

/// The parser and collect() go as deep as keys and brackets do: far deeper than settings is refused before.
void refuse_deep(std::string_view text, const std::string& path) {
  constexpr int most_parts = 16, most_brackets = 32;
  int parts = 1, brackets = 0;
  const auto refuse_at = [&](std::size_t at, const std::string& found) {
    const std::size_t line =
        static_cast<std::size_t>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
    const std::size_t before = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
    const std::size_t column = before == std::string_view::npos ? at : at - before - 1;
    refuse(printable(path) + ":" + std::to_string(line + 1) + ":" + std::to_string(column + 1), found,
           "settings, whose keys have two parts", "a key such as train.epochs, or epochs under [train]");
  };
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '"' || c == '\'') {
      at = skip_quoted(text, at);
      continue;
    }
    if (c == '#') {
      at = std::min(text.find('\n', at), text.size());
      continue;
    }
    if (c == '.' && ++parts > most_parts) refuse_at(at, "a key of more than " + std::to_string(most_parts) + " parts");
    if (c == '[' || c == '{') ++brackets;
    if (c == ']' || c == '}') --brackets;
    if (brackets > most_brackets)
      refuse_at(at, "more than " + std::to_string(most_brackets) + " brackets in each other");
    if (c == '\n' || c == '=' || c == ',' || c == '[' || c == '{') parts = 1;
    ++at;
  }
}

}  // namespace

std::vector<Assignment> read_config(const std::string& path) {
  data::Source source(path, Fault::usage);
  data::refuse_foreign(source, data::Wanted::settings);
  constexpr std::uint64_t largest = 1 << 20;
  const std::string text = data::read_all(source, {.bytes = largest});
  refuse_deep(text, path);
  std::vector<Assignment> out;
  try {
    collect(toml::parse(text, path), "", path, out);
  } catch (const toml::parse_error& error) {
    throw UserError(Fault::usage, Report{place_of(path, error.source()), printable(error.description()), "TOML",
                                         "a line such as epochs = 10 under [train], texts in double quotes"});
  }
  return out;
}

}  // namespace gradus::cli
