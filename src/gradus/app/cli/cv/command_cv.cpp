// gradus cv: how good models of a table are on rows that they have not seen, by cross-validation. Nothing is saved.
#include <numeric>

#include "gradus/app/cli/arguments/choose_precision.hpp"
#include "gradus/app/cli/arguments/choose_threads.hpp"
#include "gradus/app/cli/arguments/command.hpp"
#include "gradus/app/cli/arguments/defaults.hpp"
#include "gradus/app/cli/cv/cv_report.hpp"
#include "gradus/app/cli/outputs/exit_code.hpp"
#include "gradus/app/cli/outputs/print_json.hpp"
#include "gradus/app/cli/outputs/say_notes.hpp"
#include "gradus/app/cli/train/interrupt.hpp"
#include "gradus/app/cli/train/train_table.hpp"
#include "gradus/app/report/numbers.hpp"
#include "gradus/core/base/error.hpp"
#include "gradus/learn/data/folds.hpp"
#include "gradus/learn/data/leaks.hpp"
#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/train/divergence.hpp"

namespace gradus::cli {
namespace {

constexpr Operand operands[] = {{"DATA", "a CSV file with a header line", true, FileUse::reads_data}};

std::vector<Option> make_options() {
  std::vector<Option> options{
      {"--folds", "NUMBER", "parts of the rows, each held back once; 5 unless given", {}, false, "cross-validation"},
      {"--repeat", "NUMBER", "how often, each time with other parts and another seed; 1 unless given"},
      {"--json", "", "one JSON document on standard output"},
  };
  for (const Option& option : setting_options()) options.push_back(option);
  options.push_back({"--config", "FILE", "settings from a TOML file", {}, false, "files", FileUse::reads});
  options.push_back({"--set", "KEY=VALUE", "one setting by its key, for instance optimizer.momentum=0.9", {}, true});
  return options;
}

const std::vector<Option> cv_options = make_options();

/// Refuses what can be refused without the data.
void check_settings(const Settings& said, std::int64_t repeats) {
  if (repeats > 1 && said.time_column) {
    throw UserError(Fault::usage, Report{"--repeat", std::to_string(repeats) + " with --time-column",
                                         "1, since time has one order", "--repeat 1"});
  }
  to_options(with_defaults(said, {}));
  check_effort(said);
  if (said.net) nn::parse_net(*said.net);
  if (!said.init.empty()) said.init.recipe();
}

std::string split_name(const Settings& said, const data::Schema& schema) {
  if (said.split_by) return "group";
  if (said.time_column) return "time";
  const bool classes = schema.targets()[0].task == data::Task::classification;
  return classes && said.split_by_class.value_or(true) ? "class" : "row";
}

/// What is said of the folds of one repeat before they are learnt from.
void find_trouble(const TrainingTable& table, std::span<const data::Split> folds, CrossValidation& of) {
  std::vector<std::int64_t> all(static_cast<std::size_t>(table.table.rows));
  std::iota(all.begin(), all.end(), 0);
  const TrainingData data = fit_training_table(table, all, of.said);
  of.by = split_name(of.said, data.schema);
  of.notes = table.notes;
  of.notes.insert(of.notes.end(), data.notes.begin(), data.notes.end());
  data::find_class_copies(table.table, data.schema, all, of.notes);
  data::find_shared_rows(data.rows, folds, of.notes);
  if (of.by == "class" || of.by == "row") data::find_time_order(table.table, data.schema, of.notes);
  const auto note_classes = [&](data::Task task, const Tensor& targets, std::span<const std::string> names) {
    if (task == data::Task::classification) data::note_rare_classes(targets.as<std::int64_t>(), names, folds, of.notes);
  };
  if (data.rows.several.empty()) note_classes(data.rows.task, data.rows.targets, data.rows.class_names);
  for (const data::Target& one : data.rows.several) note_classes(one.task, one.values, one.class_names);
}

FoldResult run_named(Engine& engine, const TrainingTable& table, const data::Split& split, const Settings& said,
                     const std::string& name) {
  try {
    return run_fold(engine, table, split, said);
  } catch (const Diverged& diverged) {
    throw UserError(Fault::diverged, name + ", " + diverged.what());
  } catch (const UserError& error) {
    throw UserError(error.fault(), name + ", " + error.what());
  }
}

/// All folds of all repeats, or those until a signal asks to stop.
void run_folds(Engine& engine, const TrainingTable& table, bool as_text, CrossValidation& of,
               report::Console& console) {
  const std::uint64_t seed = of.seed;
  for (std::int64_t repeat = 0; repeat < of.repeats; ++repeat) {
    Settings said = of.said;
    said.seed = seed + static_cast<std::uint64_t>(repeat);
    const std::vector<data::Split> splits = folds_of(table, of.folds, *said.seed, said);
    if (repeat == 0) find_trouble(table, splits, of), say_notes(console, of.notes);
    const std::size_t count = splits.size() * static_cast<std::size_t>(of.repeats);
    for (const data::Split& split : splits) {
      const std::size_t number = of.results.size() + 1;
      const std::string name = "fold " + std::to_string(number) + " of " + std::to_string(count);
      console.show("  " + name);
      FoldResult result = run_named(engine, table, split, said, name);
      console.show("");
      if (Interrupt::requested() != 0) return;
      for (const std::string& note : result.notes) console.say("note: " + name + ": " + note);
      if (as_text) console.print(fold_text(result, number, count)), console.flush();
      of.results.push_back(std::move(result));
    }
  }
}

int run_cv(const Arguments& arguments, report::Console& console) {
  constexpr std::int64_t most_folds = 1000, most_repeats = 100, usual_folds = 5;
  CrossValidation of;
  of.data = arguments.required(0);
  of.folds = static_cast<int>(arguments.integer("--folds", 2, most_folds).value_or(usual_folds));
  of.repeats = arguments.integer("--repeat", 1, most_repeats).value_or(1);
  of.said = read_settings(arguments);
  check_settings(of.said, of.repeats);
  of.seed = of.said.seed.value_or(default_seed);
  const std::string device = of.said.device.value_or("cpu"), isa = of.said.isa.value_or("native");
  if (of.said.precision_auto) of.said.precision = choose_precision(device, isa).precision;
  Engine engine({.threads = choose_threads(of.said.threads, console), .device = device, .isa = isa});
  if (!of.said.effort) of.said.effort = default_effort(of.said);
  const TrainingTable table = read_training_table(of.data, of.said);
  of.rows = table.table.rows;
  const Interrupt interrupt;
  const bool as_text = !arguments.has("--json");
  run_folds(engine, table, as_text, of, console);
  const int signal = Interrupt::requested();
  if (signal != 0) console.say("interrupted: " + report::counted(std::ssize(of.results), "fold") + " done");
  if (!of.results.empty()) {
    if (as_text) console.print(summary_text(of));
    else print_json(console, to_json(of));
  }
  return signal != 0 ? exit_signal + signal : exit_ok;
}

}  // namespace

extern const Command cv_command{"cv",
                                "tries a training of a table on parts of it in turn: metrics with intervals",
                                operands,
                                cv_options,
                                "gradus cv examples/data/cars-large.csv --target price --folds 5",
                                run_cv};

}  // namespace gradus::cli
