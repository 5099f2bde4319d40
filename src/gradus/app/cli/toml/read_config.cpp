#include "gradus/app/cli/toml/read_config.hpp"

#define TOML_EXCEPTIONS 1
#include <toml++/toml.h>

#include "gradus/core/base/error.hpp"
#include "gradus/core/graph/print.hpp"
#include "gradus/learn/data/source.hpp"

namespace gradus::cli {
namespace {

std::string place_of(const std::string& path, const toml::source_region& source) {
  return printable(path) + ":" + std::to_string(source.begin.line) + ":" + std::to_string(source.begin.column);
}

/// The text of a single value or of a list of texts.
std::string text_of(const toml::node& node, const std::string& place) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* number = node.as_floating_point()) return print_number(number->get());
  if (const auto* truth = node.as_boolean()) return truth->get() ? "true" : "false";
  if (const auto* list = node.as_array()) {
    std::string out;
    for (const toml::node& item : *list) {
      if (!item.is_value()) break;
      out += (out.empty() ? "" : ",") + text_of(item, place);
    }
    return out;
  }
  throw UserError(Fault::usage,
                  Report{place, "a date or a time", "a text, a number, true or false, or a list of texts", ""});
}

void collect(const toml::table& table, const std::string& prefix, const std::string& path,
             std::vector<Assignment>& out) {
  for (const auto& [key, node] : table) {
    const std::string name = prefix + std::string(key.str());
    if (const auto* inner = node.as_table()) {
      // Settings have two parts: a deeper table is an unknown key, which assign() says.
      if (prefix.empty()) collect(*inner, name + ".", path, out);
      else out.push_back({name, "", place_of(path, node.source())});
      continue;
    }
    const std::string place = place_of(path, key.source());
    out.push_back({name, text_of(node, place), place});
  }
}

}  // namespace

std::vector<Assignment> read_config(const std::string& path) {
  data::Source source(path, Fault::usage);
  constexpr std::uint64_t largest = 1 << 20;
  const std::string text = data::read_all(source, {.bytes = largest});
  std::vector<Assignment> out;
  try {
    collect(toml::parse(text, path), "", path, out);
  } catch (const toml::parse_error& error) {
    throw UserError(Fault::usage, Report{place_of(path, error.source()), printable(error.description()), "TOML", ""});
  }
  return out;
}

}  // namespace gradus::cli
