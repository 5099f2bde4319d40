// gradus inspect: what is in a model file.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "gradus/app/cli/arguments/choose_threads.hpp"
#include "gradus/app/cli/arguments/command.hpp"
#include "gradus/app/cli/arguments/reading_flags.hpp"
#include "gradus/app/cli/inputs/load_data.hpp"
#include "gradus/app/cli/inputs/load_model.hpp"
#include "gradus/app/cli/inspect/importance_text.hpp"
#include "gradus/app/cli/outputs/print_json.hpp"
#include "gradus/app/cli/outputs/say_notes.hpp"
#include "gradus/app/report/evaluation.hpp"
#include "gradus/app/report/layout.hpp"
#include "gradus/app/report/numbers.hpp"
#include "gradus/core/base/error.hpp"
#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/train/saved_model.hpp"

namespace gradus::cli {
namespace {

constexpr Operand operands[] = {{"MODEL", "a model that gradus train saved", true, FileUse::reads}};
const std::vector<Option> options = with_reading_options({
    {"--importance",
     "DATA",
     "which columns matter, by a CSV file with the target: how much worse the model is without each",
     {},
     false,
     {},
     FileUse::reads_data},
    {"--html", "FILE", "with --importance: a page with pictures", {}, false, {}, FileUse::writes},
    {"--rows", "NUMBER", "with --importance: rows that are looked at, at most; 2000 unless given"},
    {"--repeats", "NUMBER", "with --importance: orders that a column is put in; 5 unless given"},
    {"--seed", "NUMBER", "with --importance: of these orders; 0 unless given"},
    {"--threads", "NUMBER", "with --importance: threads that compute; 0 (unless given): all cores"},
    {"--json", "", "one JSON document on standard output"},
});

struct Spread {
  double mean = 0, deviation = 0, least = 0, greatest = 0;
};

Spread spread_of(const Tensor& tensor) {
  Spread out;
  const std::vector<double> numbers = tensor.numbers();
  if (numbers.empty()) return out;
  const auto count = static_cast<double>(numbers.size());
  out.least = out.greatest = numbers.front();
  for (const double x : numbers) {
    out.mean += x / count;
    out.least = std::fmin(out.least, x);
    out.greatest = std::fmax(out.greatest, x);
  }
  for (const double x : numbers) out.deviation += (x - out.mean) * (x - out.mean) / count;
  out.deviation = std::sqrt(out.deviation);
  return out;
}

json::Value parameters_json(const TrainedModel& model) {
  json::Array out;
  for (const nn::Parameter& parameter : model.network.parameters) {
    const Spread spread = spread_of(parameter.value);
    const Shape& shape = parameter.value.shape();
    out.push_back(json::Object{{"name", parameter.name},
                               {"shape", std::vector<std::int64_t>(shape.begin(), shape.end())},
                               {"dtype", name(parameter.value.dtype())},
                               {"mean", spread.mean},
                               {"deviation", spread.deviation},
                               {"least", spread.least},
                               {"greatest", spread.greatest}});
  }
  return out;
}

/// Rows of texts as columns, each as wide as its longest text and at least as `least` says, with blanks between.
std::string aligned(const std::vector<std::vector<std::string>>& rows, std::vector<std::size_t> least) {
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < least.size(); ++i) least[i] = std::max(least[i], report::columns(row[i]) + 2);
  }
  std::string out;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < least.size(); ++i) out += report::padded(row[i], least[i]);
    out += row.back() + "\n";
  }
  return out;
}

std::string parameters_text(const TrainedModel& model) {
  std::vector<std::vector<std::string>> rows{{"parameter", "shape", "mean", "deviation", "least", "greatest"}};
  for (const nn::Parameter& parameter : model.network.parameters) {
    const Spread spread = spread_of(parameter.value);
    rows.push_back({printable(parameter.name), to_string(parameter.value.shape())});
    for (const double number : {spread.mean, spread.deviation, spread.least, spread.greatest})
      rows.back().push_back(report::short_number(number));
  }
  return aligned(rows, {11, 16, 12, 12, 12});
}

/// "a, b, c", cut where it is long.
std::string listed(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& one : names) list += (list.empty() ? "" : ", ") + printable(one);
  constexpr std::size_t longest = 200;
  return report::columns(list) > longest ? report::cut(list, longest) + " ..." : list;
}

/// All digits, since (x - mean) / deviation of a mean cut short is another number.
std::string scaling_text(const data::Scaling& scaling) {
  return fmt::format("mean {}, deviation {}, from {} to {}", scaling.mean, scaling.deviation, scaling.minimum,
                     scaling.maximum);
}

std::string rule_text(const data::CellRule& rule) {
  if (rule.form != data::CellRule::Form::unit) return "";
  return "as \"" + printable(rule.before) + "1" + printable(rule.after) + "\", ";
}

/// "standard: mean 4.8, ..." of the usual encoders without their names.
std::string numbers_text(const data::Encoder& encoder) {
  const bool usual = encoder.recipe == data::standard_encoder();
  return (usual ? "" : kinds::print(encoder.recipe) + ": ") + scaling_text(encoder.scaling);
}

std::string dates_text(const data::ColumnEncoding& column) {
  std::string parts;
  for (const std::string& name : column.names("")) {
    if (name.ends_with(" sin")) parts += ", place" + name.substr(0, name.size() - 4);
  }
  return kinds::print(column.recipe) + ": from " + data::date_text(column.scaling.minimum) + " to " +
         data::date_text(column.scaling.maximum) + parts;
}

std::string encoding_text(const data::ColumnEncoding& column) {
  const data::Cells cells = column.kind().cells;
  if (cells == data::Cells::nothing) return "left out: " + std::string(data::describe(data::why_ignored(column)));
  std::string out = rule_text(column.rule);
  if (cells == data::Cells::dates) out += dates_text(column);
  else if (cells == data::Cells::numbers) out += numbers_text(column);
  else
    out += std::string(column.kind().codes ? "codes: " : "categories: ") + listed(column.categories) +
           (column.other ? ", others together" : "");
  if (!column.gaps.in_training) return out;
  if (cells == data::Cells::texts) return out + "; missing is one of its own";
  return out + "; missing: " +
         (cells == data::Cells::dates ? data::date_text(column.gaps.fill) : fmt::format("{}", column.gaps.fill)) +
         ", and that it is";
}

std::string target_text(const data::TargetEncoding& target) {
  if (target.task == data::Task::regression) return rule_text(target.rule) + numbers_text(target);
  return "classes: " + listed(target.classes);
}

std::string schema_text(const data::Schema& schema) {
  if (!schema.is_table()) {
    return "images of " + image_text(schema.image) + ", each / " + report::short_number(schema.divisor) +
           "\nclasses: " + listed(schema.target.classes) + "\n";
  }
  std::size_t width = 6;
  for (const data::ColumnEncoding& column : schema.columns)
    width = std::max(width, report::columns(printable(column.name)));
  constexpr std::size_t widest = 30;
  width = std::min(width, widest);
  std::string out;
  const auto add = [&](const std::string& name, const std::string& text) {
    out += report::padded(report::cut(printable(name), width), width) + "  " + text + "\n";
  };
  add("column", "what the model knows of it");
  for (const data::ColumnEncoding& column : schema.columns) {
    add(column.name, (column.input.empty() ? "" : "(input " + column.input + ") ") + encoding_text(column));
  }
  for (const data::TargetEncoding& target : schema.targets()) add(target.name, "(target) " + target_text(target));
  return out;
}

std::string curve_text(const TrainedModel& model, int width) {
  std::vector<double> loss, validation;
  for (const EpochReport& epoch : model.record.history) {
    loss.push_back(epoch.loss);
    if (epoch.validation) validation.push_back(epoch.validation->loss);
  }
  if (loss.empty()) return "";
  constexpr std::size_t label = 20, number = 12;
  const std::size_t room = static_cast<std::size_t>(std::max(width, 60)) - label - 2 * number;
  const auto line = [&](const std::string& name, const std::vector<double>& numbers) {
    return report::padded(name, label) + report::padded(report::short_number(numbers.front()) + " ", number) +
           report::sparkline(numbers, room) + "  " + report::short_number(numbers.back()) + "\n";
  };
  std::string out = line("training loss", loss);
  if (!validation.empty()) out += line("validation loss", validation);
  return out;
}

/// Which epoch's weights the model has, where that is not the last one.
std::string kept_text(const TrainingRecord& record) {
  const std::int64_t last = record.history.empty() ? 0 : record.history.back().epoch;
  const bool diverged = record.stopped_by == StoppedBy::diverged;
  if (record.epoch == 0 || (record.epoch == last && !diverged)) return "";
  return "; the weights are those of epoch " + std::to_string(record.epoch) +
         (diverged ? ", the best before it diverged" : ", the best");
}

/// What was said of the gradient and the weights beside the optimizer.
std::string more_text(const TrainingRecord& record) {
  std::string out;
  if (!record.groups.empty()) out += "; groups " + printable(record.groups);
  if (record.clipping.value > 0) out += "; elements clipped at " + report::short_number(record.clipping.value);
  if (record.clipping.norm > 0) out += "; norm clipped at " + report::short_number(record.clipping.norm);
  if (record.average > 0) out += "; averaged over steps by " + report::short_number(record.average);
  return out;
}

std::string record_text(const TrainedModel& model, int width) {
  const TrainingRecord& record = model.record;
  constexpr std::size_t indent = 11;
  std::string out = report::wrapped("network",
                                    nn::print_net(model.network.net) + ": " +
                                        report::counted(model.network.parameter_count(), "parameter") + ", " +
                                        std::string(name(model.network.dtype)) + ", loss " + model.loss.name(),
                                    indent, width);
  out +=
      report::wrapped("learnt",
                      "with " + printable(record.optimizer) + "; " + printable(record.schedule) + " schedule" +
                          more_text(record) + "; batch " + (record.batch == 0 ? "all" : report::grouped(record.batch)) +
                          ", seed " + std::to_string(record.seed),
                      indent, width);
  out += report::wrapped(
      "from",
      printable(record.source) + ", " + report::counted(record.rows, "row") + ", in " +
          // several nets made into one have no epochs in common
          (record.history.empty() && record.steps > 0
               ? ""
               : report::counted(record.history.empty() ? 0 : record.history.back().epoch, "epoch") + ", ") +
          report::counted(record.steps, "step") + ", " + report::duration(record.seconds) +
          (record.computed_by.empty() ? "" : " on " + printable(record.computed_by)) +
          "; stopped: " + std::string(describe(record.stopped_by)) + kept_text(record),
      indent, width);
  return out;
}

/// How good the weights were on the validation rows of their training.
std::string validation_text(const TrainedModel& model) {
  const History& history = model.record.history;
  const bool last = model.record.epoch == 0 || history.empty() || model.record.epoch == history.back().epoch;
  const auto kept = last && !history.empty() ? history.end() - 1
                                             : std::find_if(history.begin(), history.end(), [&](const EpochReport& e) {
                                                 return e.epoch == model.record.epoch;
                                               });
  if (kept == history.end() || !kept->validation) return "";
  const report::Units units = model.schema ? report::units_of(*model.schema) : report::Units();
  return (last ? "last epoch: " : "epoch " + std::to_string(kept->epoch) + ": ") +
         report::metric_text(report::scaled(*kept->validation, units)) + "\n";
}

int inspect_importance(const TrainedModel& model, const Arguments& arguments, report::Console& console) {
  const std::string data = *arguments.text("--importance");
  if (!schema_of(model).is_table()) {
    throw UserError(Fault::usage, Report{"--importance", "a model of images, which have no columns",
                                         "a model of a table", "gradus inspect without --importance"});
  }
  if (!model.targets.empty() || !schema_of(model).inputs().empty()) {
    throw UserError(Fault::usage, Report{"--importance", "a model of several targets or inputs", "one of each",
                                         "gradus inspect without --importance"});
  }
  constexpr std::int64_t most = 1'000'000;
  ImportanceOptions how;
  how.rows = arguments.integer("--rows", 2, most).value_or(how.rows);
  how.repeats = static_cast<int>(arguments.integer("--repeats", 1, 1000).value_or(how.repeats));
  how.seed =
      static_cast<std::uint64_t>(arguments.integer("--seed", 0, std::numeric_limits<std::int64_t>::max()).value_or(0));
  Engine engine({.threads = choose_threads(arguments.integer("--threads", 0, most_threads), console)});
  const Rows rows = load_for_model(model, data, data::WantTarget::any, KeepTable::yes, read_rules(arguments));
  say_notes(console, rows.notes);
  const Importance found = find_importance(engine, model, *rows.table, rows.dataset, how);
  std::vector<std::string> outputs = model.class_names;
  if (model.task == data::Task::regression) outputs = {model.schema->target.name};
  const std::string title = "What matters to " + arguments.required(0);
  if (io::OutputFile* page = arguments.output("--html")) page->write(importance_page(found, outputs, title));
  if (arguments.has("--json")) print_json(console, importance_json(found, outputs));
  else console.print(importance_text(found, outputs));
  return 0;
}

void check_alone(const Arguments& arguments) {
  for (const char* flag : {"--html", "--rows", "--repeats", "--seed"}) {
    if (!arguments.has(flag)) continue;
    throw UserError(Fault::usage, Report{flag, "no --importance, which it belongs to", "--importance DATA as well",
                                         "gradus inspect MODEL --importance DATA"});
  }
}

int run_inspect(const Arguments& arguments, report::Console& console) {
  const TrainedModel model = load_model(arguments.required(0), console);
  if (arguments.has("--importance")) return inspect_importance(model, arguments, console);
  check_alone(arguments);
  if (arguments.has("--json")) {
    print_json(console, json::Object{{"schema", "gradus.inspect/1"},
                                     {"file", arguments.required(0)},
                                     {"parameter_count", model.network.parameter_count()},
                                     {"parameters", parameters_json(model)},
                                     {"model", io::describe_model(model)}});
    return 0;
  }
  const int width = console.out().width;
  console.print(record_text(model, width) + "\n" + parameters_text(model) + "\n");
  if (model.schema) console.print(schema_text(*model.schema) + "\n");
  console.print(curve_text(model, width));
  console.print(validation_text(model));
  return 0;
}

}  // namespace

extern const Command inspect_command{"inspect",
                                     "shows what is in a model file, and which columns matter to it",
                                     operands,
                                     options,
                                     "gradus inspect cars.gradus\n"
                                     "gradus inspect cars.gradus --importance examples/data/cars.csv",
                                     run_inspect};

}  // namespace gradus::cli
