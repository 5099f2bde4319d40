// gradus optimizers, losses and so on: every kind of a family, as its table describes it.
#include <algorithm>

#include "gradus/app/cli/arguments/command.hpp"
#include "gradus/app/cli/arguments/families.hpp"
#include "gradus/app/cli/outputs/print_json.hpp"
#include "gradus/app/report/layout.hpp"
#include "gradus/app/report/numbers.hpp"

namespace gradus::cli {
namespace {

using kinds::Key;
using kinds::Kind;

constexpr Operand operands[] = {{"NAME", "this one alone, with its text and its table for a file", false}};
constexpr Option options[] = {{"--json", "", "one JSON document on standard output"}};

std::string_view type_name(kinds::KeyType type) {
  constexpr std::string_view names[] = {"truth", "whole", "number", "word", "sizes"};  // as the enumeration
  return names[static_cast<std::size_t>(type)];
}

json::Value to_json(const Key& key) {
  json::Object out{
      {"name", key.name}, {"type", type_name(key.type)}, {"values", kinds::describe(key)}, {"required", key.required}};
  std::visit(
      [&]<class T>(const T& value) {
        if constexpr (!std::is_same_v<T, std::monostate>) out[key.required ? "example" : "default"] = value;
      },
      kinds::usual_value(key));
  out["doc"] = key.doc;
  return out;
}

json::Value to_json(const Kind& kind) {
  json::Array keys;
  for (const Key& key : kind.keys) keys.push_back(to_json(key));
  return json::Object{{"name", kind.name}, {"doc", kind.doc}, {"keys", keys}};
}

/// Columns of the keys and of their defaults, the same for all kinds of a family.
struct Columns {
  std::size_t key = 0, value = 0;
};

std::string default_text(const Key& key) {
  return key.required ? "required" : key.value.empty() ? "none" : std::string(key.value);
}

Columns columns_of(const kinds::KindList& list) {
  Columns out;
  for (const Kind* kind : list) {
    for (const Key& key : kind->keys) {
      out.key = std::max(out.key, key.name.size() + 2);
      out.value = std::max(out.value, default_text(key).size() + 2);
    }
  }
  return out;
}

std::string text_of(const Kind& kind, const Columns& columns, int width) {
  std::string out = report::wrapped(std::string(kind.name) + ":", kind.doc, kind.name.size() + 2, width);
  for (const Key& key : kind.keys) {
    const std::string left = "  " + report::padded(std::string(key.name), columns.key) + default_text(key);
    const std::string doc = std::string(key.doc) + " (" + kinds::describe(key) + ")";
    out += report::wrapped(left, doc, 2 + columns.key + columns.value, width);
  }
  return out;
}

/// The kind with what it wants and all else as by default.
kinds::AnyRecipe example_of(const Kind& kind) {
  std::vector<kinds::Given> given;
  for (const Key& key : kind.keys) {
    if (key.required) given.push_back({key.name, kinds::usual_value(key)});
  }
  return kinds::make_any(kind, given);
}

int list_kinds(const Family& family, const Arguments& arguments, report::Console& console) {
  const int width = console.out().width;
  kinds::KindList shown = family.kinds();
  const auto name = arguments.operand(0);
  if (name) shown = {&kinds::find_kind(*name, shown, "gradus " + std::string(family.name))};
  if (arguments.has("--json")) {
    json::Array all;
    for (const Kind* kind : shown) all.push_back(to_json(*kind));
    print_json(console, json::Object{{"schema", "gradus.kinds/1"},
                                     {"family", family.name},
                                     {"flag", family.flag},
                                     {"key", family.key},
                                     {"kinds", all}});
    return 0;
  }
  const Columns columns = columns_of(family.kinds());
  for (const Kind* kind : shown) console.print((kind == shown.front() ? "" : "\n") + text_of(*kind, columns, width));
  if (!name) return 0;
  if (family.example != nullptr) {
    const std::string text = family.example(*shown.front());
    console.print("\nflag  " + std::string(family.flag) + " " + report::shell_word(text) + "\nfile  " +
                  std::string(family.key) + " = \"" + text + "\"\n");
    return 0;
  }
  const kinds::AnyRecipe example = example_of(*shown.front());
  if (family.of_column) {
    const std::string text = kinds::print_all(example);
    console.print("\nflag  --set 'columns.NAME=" + text + "'\nfile  columns.NAME = \"" + text + "\"\n");
    return 0;
  }
  console.print("\nflag  " + std::string(family.flag) + " " + report::shell_word(kinds::print_all(example)) +
                "\nfile  " + std::string(family.key) + " = " +
                (family.list ? "\"" + kinds::print_all(example) + "\"" : kinds::to_toml(example)) + "\n");
  return 0;
}

}  // namespace

extern const Command optimizers_command{"optimizers",
                                        "lists every optimizer with its numbers",
                                        operands,
                                        options,
                                        "gradus optimizers\ngradus optimizers adam",
                                        [](const Arguments& arguments, report::Console& console) {
                                          return list_kinds(optimizer_family, arguments, console);
                                        }};

extern const Command schedules_command{"schedules",
                                       "lists every schedule of the learning rate with its numbers",
                                       operands,
                                       options,
                                       "gradus schedules\ngradus schedules cosine",
                                       [](const Arguments& arguments, report::Console& console) {
                                         return list_kinds(schedule_family, arguments, console);
                                       }};

extern const Command inits_command{
    "inits",
    "lists everything that gives weights their first numbers",
    operands,
    options,
    "gradus inits\ngradus inits he_normal",
    [](const Arguments& arguments, report::Console& console) { return list_kinds(init_family, arguments, console); }};

extern const Command layers_command{
    "layers",
    "lists every layer and activation that a net can have",
    operands,
    options,
    "gradus layers\ngradus layers conv",
    [](const Arguments& arguments, report::Console& console) { return list_kinds(layer_family, arguments, console); }};

extern const Command losses_command{
    "losses",
    "lists everything that a training can make small",
    operands,
    options,
    "gradus losses\ngradus losses huber",
    [](const Arguments& arguments, report::Console& console) { return list_kinds(loss_family, arguments, console); }};

extern const Command metrics_command{
    "metrics",
    "lists every number that says how good predictions are",
    operands,
    options,
    "gradus metrics\ngradus metrics calibration_error",
    [](const Arguments& arguments, report::Console& console) { return list_kinds(metric_family, arguments, console); }};

extern const Command encoders_command{"encoders",
                                      "lists every way in which the cells of a column become features",
                                      operands,
                                      options,
                                      "gradus encoders\ngradus encoders robust",
                                      [](const Arguments& arguments, report::Console& console) {
                                        return list_kinds(encoder_family, arguments, console);
                                      }};

}  // namespace gradus::cli
