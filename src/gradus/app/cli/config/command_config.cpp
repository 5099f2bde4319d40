// gradus config: a configuration file to begin with, in which every choice of a training stands.
#include "gradus/app/cli/arguments/column_list.hpp"
#include "gradus/app/cli/arguments/command.hpp"
#include "gradus/app/cli/arguments/defaults.hpp"
#include "gradus/app/cli/arguments/settings.hpp"
#include "gradus/app/cli/inputs/load_data.hpp"
#include "gradus/app/cli/outputs/exit_code.hpp"
#include "gradus/app/cli/outputs/say_notes.hpp"
#include "gradus/app/report/layout.hpp"
#include "gradus/app/report/numbers.hpp"
#include "gradus/core/base/error.hpp"
#include "gradus/learn/data/csv/cells.hpp"

namespace gradus::cli {
namespace {

constexpr Operand operands[] = {
    {"new", "the word new", true},
    {"DATA", "the table or the folder of images to learn from", true, FileUse::reads_data},
};

std::vector<Option> make_options() {
  std::vector<Option> options = setting_options();
  options.push_back({"--config", "FILE", "settings from a TOML file", {}, false, "files", FileUse::reads});
  options.push_back({"--set", "KEY=VALUE", "one setting by its key, for instance optimizer.momentum=0.9", {}, true});
  return options;
}

/// As a text of TOML, whose escapes are those of JSON.
std::string quoted(std::string_view text) { return json::write(json::Value(text)); }

std::string key_text(std::string_view key) {
  constexpr std::string_view bare = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  const bool plain = !key.empty() && key.find_first_not_of(bare) == std::string_view::npos;
  return plain ? std::string(key) : quoted(key);
}

std::string value_text(const std::string& text) {
  if (text == "true" || text == "false") return text;
  const bool number = data::parse_number(text).kind == data::NumberText::number &&
                      text.find_first_of("0123456789") == 0 && !data::has_leading_zero(text) && !text.ends_with('.');
  return number ? text : quoted(text);
}

/// The rule that makes the column again what it is, whatever a later file looks like.
std::string rule_of(const data::ColumnEncoding& column) {
  kinds::AnyRecipe rule = column.recipe;
  if (column.rule.form == data::CellRule::Form::date) kinds::set(rule, "order", std::string(name(column.rule.order)));
  return kinds::print(rule);
}

std::string comment_of(const data::ColumnEncoding& column) {
  const data::Cells cells = column.kind().cells;
  if (cells == data::Cells::nothing) return "";
  const std::string gaps = column.gaps.in_training ? ", some missing" : "";
  if (cells == data::Cells::texts) {
    const std::size_t count = column.categories.size();
    return std::to_string(count) + (count == 1 ? " category" : " categories") + gaps;
  }
  const auto text = [&](double x) {
    return cells == data::Cells::dates ? data::date_text(x) : report::short_number(x);
  };
  return text(column.scaling.minimum) + " to " + text(column.scaling.maximum) + gaps;
}

std::string columns_text(const data::Schema& schema) {
  std::size_t width = 0;
  std::vector<std::string> lines;
  for (const data::ColumnEncoding& column : schema.columns) {
    lines.push_back(key_text(column.name) + " = " + quoted(rule_of(column)));
    width = std::max(width, report::columns(lines.back()));
  }
  std::string out = "\n[columns]  # gradus encoders\n";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string comment = printable(comment_of(schema.columns[i]));
    out += comment.empty() ? lines[i] + "\n" : report::padded(lines[i], width) + "  # " + comment + "\n";
  }
  return out;
}

std::string written_targets(const data::Schema& schema) {
  if (schema.several.empty()) return schema.target.name;
  std::vector<std::string> names;
  for (const data::TargetEncoding& one : schema.several) names.push_back(one.name);
  return write_column_list(names);
}

/// Settings that were said, or are decided here, as they are; what follows from them as comments.
std::string settings_text(const Settings& said, const Settings& all, const data::Schema& schema) {
  std::string out, table;
  for (const Setting& setting : all_settings()) {
    const std::string_view key = setting.key;
    std::string text = setting.show(all);
    bool decided = !setting.show(said).empty();
    if (schema.is_table() && key == "data.target") text = written_targets(schema), decided = true;
    if (schema.is_table() && schema.several.empty() && key == "data.task") {
      text = schema.target.task == data::Task::regression ? "regression" : "classification";
      decided = true;
    }
    if (text.empty() && key != "model.net") continue;
    const std::string group(key.substr(0, key.find('.')));
    if (group != table) {
      out += "\n[" + group + "]\n";
      table = group;
    }
    const std::string value = key == "model.net" || key == "data.target" ? quoted(text) : value_text(text);
    out += (decided ? "" : "# ") + std::string(key.substr(key.find('.') + 1)) + " = " + value + "\n";
  }
  return out;
}

int run_config(const Arguments& arguments, report::Console& console) {
  if (arguments.required(0) != "new") {
    throw UserError(Fault::usage, Report{"gradus config", "\"" + printable(arguments.required(0)) + "\"", "new",
                                         "gradus config new " + printable(arguments.required(1))});
  }
  const Settings said = read_settings(arguments);
  const TrainingData data = load_for_training(arguments.required(1), said);
  say_notes(console, data.notes);
  const Settings all = with_defaults(said, {!data.schema.is_table(), static_cast<std::int64_t>(data.split.train.size()),
                                            static_cast<std::int64_t>(data.split.validation.size())});
  console.print("# gradus train " + report::shell_word(printable(arguments.required(1))) +
                " --config FILE: this file. Lines that begin with # say what is chosen without them.\n" +
                settings_text(said, all, data.schema) + (data.schema.is_table() ? columns_text(data.schema) : ""));
  return exit_ok;
}

const std::vector<Option> config_options = make_options();

}  // namespace

extern const Command config_command{"config",
                                    "writes a configuration file with a rule for every column, to be changed",
                                    operands,
                                    config_options,
                                    "gradus config new examples/data/cars.csv --target price > run.toml\n"
                                    "gradus train examples/data/cars.csv --config run.toml",
                                    run_config};

}  // namespace gradus::cli
