#include "gradus/app/cli/toml/read_config.hpp"

#define TOML_EXCEPTIONS 1
#include <toml++/toml.h>

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

}  // namespace

std::vector<Assignment> read_config(const std::string& path) {
  data::Source source(path, Fault::usage);
  data::refuse_foreign(source, data::Wanted::settings);
  constexpr std::uint64_t largest = 1 << 20;
  const std::string text = data::read_all(source, {.bytes = largest});
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
