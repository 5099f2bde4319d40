// gradus train: reads the data, says what it chose, trains, saves, compares.
#include <cmath>
#include <filesystem>

#include "gradus/app/cli/arguments/choose_metrics.hpp"
#include "gradus/app/cli/arguments/choose_precision.hpp"
#include "gradus/app/cli/arguments/choose_threads.hpp"
#include "gradus/app/cli/arguments/command.hpp"
#include "gradus/app/cli/arguments/defaults.hpp"
#include "gradus/app/cli/outputs/exit_code.hpp"
#include "gradus/app/cli/outputs/print_json.hpp"
#include "gradus/app/cli/outputs/say_notes.hpp"
#include "gradus/app/cli/train/first_weights.hpp"
#include "gradus/app/cli/train/interrupt.hpp"
#include "gradus/app/cli/train/train_table.hpp"
#include "gradus/app/cli/train/training.hpp"
#include "gradus/app/report/evaluation.hpp"
#include "gradus/app/report/numbers.hpp"
#include "gradus/app/report/progress.hpp"
#include "gradus/app/report/run_log.hpp"
#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/train/agree.hpp"
#include "gradus/learn/train/gradient_error.hpp"
#include "gradus/learn/train/pass.hpp"
#include "gradus/learn/train/saved_model.hpp"

namespace gradus::cli {
namespace {

constexpr Operand operands[] = {
    {"DATA",
     "a CSV file with a header line, a folder with PNG and JPEG images in one sub-folder a label, or one with the four "
     "IDX files of images and labels",
     true, FileUse::reads_data},
};

std::vector<Option> make_options() {
  std::vector<Option> options = setting_options();
  options.push_back({"--config", "FILE", "settings from a TOML file", {}, false, "files and output", FileUse::reads});
  options.push_back({"--set", "KEY=VALUE", "one setting by its key, for instance optimizer.momentum=0.9", {}, true});
  options.push_back(
      {"--output", "MODEL", "where to save; unless given a name that is free", "-o", false, {}, FileUse::writes_model});
  options.push_back(
      {"--log", "FILE", "one JSON object an event (step, epoch, ...) into this file", {}, false, {}, FileUse::writes});
  options.push_back({"--json", "", "the outcome as one JSON document on standard output"});
  return options;
}

/// "cars.gradus" for data/cars.csv.
std::string model_name(const std::string& data) {
  namespace fs = std::filesystem;
  fs::path name = fs::path(data).lexically_normal();
  if (name.filename().empty()) name = name.parent_path();  // "folder/"
  std::string stem = name.filename().string();
  for (const char* suffix : {".gz", ".csv", ".tsv", ".txt"}) {
    if (stem.size() > std::char_traits<char>::length(suffix) && stem.ends_with(suffix)) {
      stem.resize(stem.size() - std::char_traits<char>::length(suffix));
    }
  }
  constexpr std::size_t longest = 200;  // names have 255 bytes at most
  if (stem.empty() || stem == "-" || stem == "." || stem == ".." || stem.size() > longest) stem = "model";
  return stem + ".gradus";
}

/// Where the model goes: chosen before anything is read.
io::OutputFile& model_file(const Arguments& arguments) {
  io::OutputFile* given = arguments.output("--output");
  return given ? *given : arguments.files().writes_free_name(model_name(arguments.required(0)), "-o");
}

report::ProgressPlan plan_progress(const Training& training, const TrainingData& data, bool color) {
  const metric::Metrics metrics = choose_metrics(training.complete.metrics, data.schema);
  std::vector<report::TargetMetrics> several;
  for (const data::TargetEncoding& target : data.schema.several) {
    several.push_back({target.name, metrics_of_target(metrics, target.task == data::Task::classification)});
  }
  return {metrics,
          !data.split.validation.empty(),
          report::units_of(data.schema),
          *training.complete.epochs < unlimited_epochs ? *training.complete.epochs : 0,
          training.complete.steps.value_or(0),
          training.complete.time.value_or(0),
          color,
          several};
}

/// Refuses what can be refused without the data.
void check_settings(const Settings& said) {
  to_options(with_defaults(said, {}));
  check_effort(said);
  if (said.net) nn::parse_net(*said.net);
  if (!said.init.empty()) said.init.recipe();
}

struct Ready {
  Training training;
  TrainingData data;
  TrainOptions options;
  Decided decided;
  nn::Model model;
};

Ready prepare(const Arguments& arguments, const Settings& said, TrainingData data, const Engine& engine,
              report::Console& console) {
  Ready out{{arguments.required(0), {}, !arguments.has("--output"), said, {}, 0, {}, engine.threads()},
            std::move(data),
            {},
            {},
            {}};
  say_notes(console, out.data.notes);
  const Settings all = with_defaults(
      said, {!out.data.schema.is_table(), std::ssize(out.data.split.train), std::ssize(out.data.split.validation)});
  out.options = to_options(all);
  out.options.split = out.data.split;
  out.options.schema = out.data.schema;
  out.options.metrics = choose_metrics(all.metrics, out.data.schema);
  const nn::Layer net = nn::with_outputs(nn::parse_net(*all.net), outputs_of(out.data.rows));
  out.decided = decide(net, out.data.rows, out.options, engine);
  for (const std::string& note : out.decided.notes) console.say("note: " + note);
  if (out.decided.memory) out.training.memory = describe(*out.decided.memory, out.decided.rows, engine.threads());
  out.model = out.decided.make_model();
  if (all.init.said()) initialize(out.model, init::Init(all.init.recipe()), *all.seed);
  out.training.complete = all;
  out.training.net = nn::print_net(out.decided.net);
  out.training.parameters = out.model.parameter_count();
  return out;
}

/// What bf16 changes in the gradient of the first rows to learn from.
void compare_gradients(Engine& engine, Ready& of) {
  constexpr std::int64_t most = 256;
  const auto& all = of.data.split.train;
  const StepRows& taken = of.decided.rows;
  const std::int64_t rows = std::min({std::ssize(all), taken.in_parts() ? taken.parts.rows : taken.batch, most});
  if (rows == 0) return;
  of.training.gradient_error = gradient_error(engine, of.model, of.decided.loss, of.data.rows,
                                              std::span(all).first(static_cast<std::size_t>(rows)), of.options.seed);
}

/// The loss is not finite any more: saves the weights of the best epoch, if one was better than the untrained network,
/// and says so.
int end_diverged(const Diverged& diverged, io::OutputFile& file, report::RunLog& log, report::Console& console) {
  console.say(diverged.what());
  const Run& run = diverged.run();
  const bool learnt = run.best_epoch > 0;
  if (learnt) {
    io::save(run.model, file);
    console.say("saved as " + printable(file.path()) + ": the weights of epoch " + std::to_string(run.best_epoch) +
                ", the best before it diverged");
  } else {
    console.say("nothing was saved, since no epoch was better than the untrained network; " + printable(file.path()) +
                (std::filesystem::exists(file.path()) ? " is as it was" : " was not written"));
  }
  log.write("end", {{"stopped_by", "diverged"},
                    {"message", diverged.what()},
                    {"model", learnt ? json::Value(file.path()) : json::Value()},
                    {"epoch", run.best_epoch}});
  return exit_diverged;
}

/// Returns whether the log is whole.
bool log_end(report::RunLog& log, const Training& training, const Outcome& outcome, report::Console& console) {
  for (const Comparison& comparison : outcome.comparisons) {
    log.write("evaluation", {{"rows", comparison.rows},
                             {"model", report::to_json(comparison.model)},
                             {"guess", report::guess_to_json(comparison.guess)}});
  }
  log.write("end", {{"stopped_by", name(outcome.run.stopped_by)},
                    {"model", training.model},
                    {"steps", outcome.run.model.record.steps},
                    {"epoch", outcome.run.best_epoch},
                    {"seconds", outcome.run.model.record.seconds},
                    {"signal", outcome.signal}});
  log.flush();
  if (log.error().empty()) return true;
  console.say("warning: the log is incomplete: " + log.error());
  return false;
}

void log_start(report::RunLog& log, const Training& training) {
  log.write("start", {{"schema", "gradus.log/1"},
                      {"version", GRADUS_VERSION},
                      {"data", training.data},
                      {"model", training.model},
                      {"settings", settings_json(training.complete)},
                      {"net", training.net}});
  log.flush();
}

/// Compares what was learnt, and tells of it; the exit code.
int tell(const Arguments& arguments, const Run& run, const Ready& prepared, Engine& engine, report::RunLog& log,
         report::Console& console) {
  const Training& training = prepared.training;
  Outcome outcome{run, {}, Interrupt::requested()};
  for (std::size_t i = prepared.decided.notes.size(); i < run.notes.size(); ++i) {
    console.say("note: " + run.notes[i]);
  }
  if (outcome.signal == 0) outcome.comparisons = compare(engine, run, prepared.data, prepared.options);
  for (const Comparison& one : outcome.comparisons) {
    if (one.model.not_finite.count == 0) continue;
    console.say("warning: " + report::not_finite_text(one.model.not_finite, one.model.rows,
                                                      training.data + ", " + one.rows + " rows", training.model));
  }
  const bool logged = log_end(log, training, outcome, console);
  if (arguments.has("--json")) print_json(console, outcome_json(training, prepared.data, outcome));
  else console.print(outcome_text(training, prepared.data, outcome, console.out().width));
  if (outcome.signal != 0) return exit_signal + outcome.signal;
  return logged ? exit_ok : exit_failure;
}

/// One net, as `said`, which is complete but for what data decide.
int train_net(const Arguments& arguments, const Settings& said, TrainingData data, const std::string& precision_reason,
              Engine& engine, io::OutputFile& file, report::Console& console) {
  Ready prepared = prepare(arguments, said, std::move(data), engine, console);
  prepared.training.model = file.path();
  prepared.training.precision_reason = precision_reason;
  if (prepared.model.products == DType::bf16) compare_gradients(engine, prepared);
  const Training& training = prepared.training;
  console.say(choices_text(training, prepared.data, console.err().width));
  report::RunLog log(arguments.output("--log"));
  log_start(log, training);

  report::Progress progress(plan_progress(training, prepared.data, console.err().color), console);
  TrainOptions options = prepared.options;
  const Interrupt interrupt;
  options.observers = {progress.observer(), log.observer(report::units_of(prepared.data.schema)), interrupt.observer()};
  std::optional<Run> run;
  try {
    Trainer trainer(engine, prepared.decided, std::move(prepared.model), prepared.data.rows, options);
    while (!trainer.stopped()) trainer.step();
    run = std::move(trainer).run();
  } catch (const Diverged& diverged) {
    progress.finish();
    return end_diverged(diverged, file, log, console);
  }
  progress.finish();
  run->model.held_out = find_errors(engine, run->model, prepared.data.rows, prepared.data.split.validation);
  io::save(run->model, file);
  if (file.path() != training.model) {
    console.say("note: somebody made " + printable(training.model) + " meanwhile");
    prepared.training.model = file.path();
  }
  return tell(arguments, *run, prepared, engine, log, console);
}

int run_train(const Arguments& arguments, report::Console& console) {
  io::OutputFile& file = model_file(arguments);
  Settings said = read_settings(arguments);
  check_settings(said);
  ChosenPrecision chosen;
  const std::string device = said.device.value_or("cpu"), isa = said.isa.value_or("native");
  if (said.precision_auto) chosen = choose_precision(device, isa), said.precision = chosen.precision;
  Engine engine({.threads = choose_threads(said.threads, console), .device = device, .isa = isa});
  const bool asked = said.effort || said.within;
  if (!said.effort) said.effort = default_effort(said);
  TrainingData data = load_for_training(arguments.required(0), said);
  if (asked && !data.effort) refuse_effort(data);
  if (data.effort) return train_table(arguments, said, data, engine, file, console);
  return train_net(arguments, said, std::move(data), chosen.reason, engine, file, console);
}

const std::vector<Option> train_options = make_options();

}  // namespace

extern const Command train_command{
    "train",       "learns a network from a table or from images, and saves it as a model", operands,
    train_options, "gradus train examples/data/cars.csv --target price -o cars.gradus",     run_train};

}  // namespace gradus::cli
