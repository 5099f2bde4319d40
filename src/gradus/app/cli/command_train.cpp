// gradus train: reads the data, says what it chose, trains, saves, compares.
#include "gradus/app/cli/choose_precision.hpp"
#include "gradus/app/cli/choose_threads.hpp"
#include "gradus/app/cli/commands.hpp"
#include "gradus/app/cli/defaults.hpp"
#include "gradus/app/cli/exit_code.hpp"
#include "gradus/app/cli/interrupt.hpp"
#include "gradus/app/cli/output_path.hpp"
#include "gradus/app/cli/print_json.hpp"
#include "gradus/app/cli/say_notes.hpp"
#include "gradus/app/cli/training.hpp"
#include "gradus/app/report/evaluation.hpp"
#include "gradus/app/report/numbers.hpp"
#include "gradus/app/report/progress.hpp"
#include "gradus/app/report/run_log.hpp"
#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/nn/spatial.hpp"
#include "gradus/learn/train/check_options.hpp"
#include "gradus/learn/train/gradient_error.hpp"
#include "gradus/learn/train/memory.hpp"
#include "gradus/learn/train/saved_model.hpp"

namespace gradus::cli {
namespace {

constexpr Operand operands[] = {
    {"DATA", "a CSV file with a header line, or a folder with the four IDX files of images and labels"},
};

std::vector<Option> make_options() {
  std::vector<Option> options = setting_options();
  options.push_back({"--config", "FILE", "settings from a TOML file", {}, false, "files and output"});
  options.push_back({"--set", "KEY=VALUE", "one setting by its key, for instance optimizer.momentum=0.9", {}, true});
  options.push_back({"--output", "MODEL", "where to save; unless given a name that is free", "-o"});
  options.push_back({"--log", "FILE", "one JSON object an event (step, epoch, ...) into this file"});
  options.push_back({"--json", "", "the outcome as one JSON document on standard output"});
  return options;
}

/// The paths, checked before anything is read.
struct Paths {
  std::string data, model, log;
  bool model_chosen = false;
};

Paths check_paths(const Arguments& arguments) {
  Paths paths{arguments.required(0), arguments.text("--output", ""), arguments.text("--log", "")};
  paths.model_chosen = !arguments.has("--output");
  if (paths.model_chosen) paths.model = free_model_path(paths.data);
  std::vector<std::string> inputs{paths.data};
  if (const auto config = arguments.text("--config")) inputs.push_back(*config);
  check_output(paths.model, "-o", inputs);
  check_replaces_model(paths.model, "-o");
  if (!arguments.has("--log")) return paths;
  inputs.push_back(paths.model);
  check_output(paths.log, "--log", inputs);
  if (paths.log == paths.model) {
    throw UserError(Fault::usage, Report{"--log " + printable(paths.log), "the name of the model", "another name", ""});
  }
  return paths;
}

/// Weights (not biases) filled anew by the initializer that was asked for.
void initialize(nn::Model& model, const init::Init& init, std::uint64_t seed) {
  for (nn::Parameter& parameter : model.parameters) {
    if (parameter.value.shape().rank() >= 2) init.fill(parameter.value.view(), seed, parameter.name);
  }
}

Observer observe(report::Progress& progress, report::RunLog& log, double deviation) {
  Observer observer;
  observer.on_step = [&progress, &log](const StepReport& step) {
    progress.on_step(step);
    if (!log.open()) return;
    log.write("step", {{"epoch", step.epoch},
                       {"step", step.step},
                       {"rows", step.rows},
                       {"loss", step.loss},
                       {"learning_rate", step.learning_rate},
                       {"seconds", step.seconds}});
  };
  observer.on_epoch = [&progress, &log, deviation](const EpochReport& epoch) {
    progress.on_epoch(epoch);
    log.write("epoch", report::to_json(epoch, deviation).object());
    log.flush();
  };
  observer.should_stop = [] { return Interrupt::requested() != 0; };
  return observer;
}

report::ProgressPlan plan_progress(const Training& training, const TrainingData& data, bool color) {
  return {data.schema.target.task,
          !data.split.validation.empty(),
          deviation_of(data.schema),
          *training.complete.epochs < unlimited_epochs ? *training.complete.epochs : 0,
          training.complete.steps.value_or(0),
          training.complete.time.value_or(0),
          color};
}

/// Refuses what can be refused without the data.
void check_settings(const Settings& said) {
  to_options(with_defaults(said, {}));
  if (said.net) nn::parse_net(*said.net);
  if (said.init) find_init(*said.init, "--init");
}

struct Prepared {
  Training training;
  TrainingData data;
  nn::Model model;
  TrainOptions options;
};

/// Chooses how a step takes its batch, from shapes alone: before anything of the network's size is allocated.
void keep_within(Prepared& out, const nn::Layer& net, std::int64_t learnt, std::int64_t held) {
  TrainOptions& options = out.options;
  const nn::Model shapes{net, nn::input_of(net, sample_shape(out.data.rows)), options.dtype, {}, options.products};
  const loss::Loss loss = choose_loss(options, out.data.rows, nn::output_count(shapes));
  const StepRows rows = step_rows(options, learnt, held);
  const MemoryUse use = choose_parts(shapes, loss, options, batch_spec(out.data.rows), rows, out.training.threads);
  options.parts = use.parts;
  out.training.memory = describe(use, rows, report::bytes);
  options.memory = 0;  // decided
}

Prepared prepare(const Paths& paths, const Settings& said, int threads, report::Console& console) {
  // Not inside the braces below: when it throws there, GCC 12 destroys the fields before it twice.
  auto data = load_for_training(paths.data, said);
  Prepared out{{paths.data, paths.model, paths.model_chosen, said, {}, 0, {}, threads}, std::move(data), {}, {}};
  say_notes(console, out.data.notes);
  const auto learnt = static_cast<std::int64_t>(out.data.split.train.size());
  const auto held = static_cast<std::int64_t>(out.data.split.validation.size());
  const Settings all = with_defaults(said, {!out.data.schema.is_table(), learnt, held});
  out.options = to_options(all);
  const nn::Layer net = nn::with_output(nn::parse_net(*all.net), out.data.schema.output_count());
  if (out.options.memory > 0) keep_within(out, net, learnt, held);
  out.model = nn::make_model(net, sample_shape(out.data.rows), {out.options.dtype, *all.seed, out.options.products});
  if (all.init) initialize(out.model, find_init(*all.init, "--init"), *all.seed);
  out.training.complete = all;
  out.training.net = nn::print_net(net);
  out.training.parameters = out.model.parameter_count();
  return out;
}

/// What bf16 changes in the gradient of the first rows to learn from.
void compare_gradients(Engine& engine, Prepared& of) {
  constexpr std::int64_t most = 256;
  const auto& all = of.data.split.train;
  const std::int64_t batch = of.options.parts.rows > 0 ? of.options.parts.rows : of.options.batch;
  const auto rows = std::min({static_cast<std::int64_t>(all.size()), batch > 0 ? batch : most, most});
  if (rows == 0) return;
  const loss::Loss loss = choose_loss(of.options, of.data.rows, nn::output_count(of.model));
  of.training.gradient_error = gradient_error(engine, of.model, loss, of.data.rows,
                                              std::span(all).first(static_cast<std::size_t>(rows)), of.options.seed);
}

/// The loss is not finite any more: saves the weights of the last good epoch, if there was one, and says so.
int end_diverged(const Diverged& diverged, const Prepared& prepared, report::RunLog& log, report::Console& console) {
  console.say(diverged.what());
  log.write("end", {{"stopped_by", "diverged"}, {"message", diverged.what()}});
  Run run = diverged.run();
  if (run.best_epoch > 0) {
    run.model.schema = prepared.data.schema;
    io::save(run.model, prepared.training.model);
    console.say("saved the weights of epoch " + std::to_string(run.best_epoch) + " as " +
                printable(prepared.training.model));
  }
  return exit_diverged;
}

void log_end(report::RunLog& log, const Training& training, const Outcome& outcome, report::Console& console) {
  for (const Comparison& comparison : outcome.comparisons) {
    log.write("evaluation", {{"rows", comparison.rows},
                             {"model", report::to_json(comparison.model)},
                             {"guess", report::guess_to_json(comparison.guess)}});
  }
  log.write("end", {{"stopped_by", name(outcome.run.stopped_by)},
                    {"model", training.model},
                    {"steps", outcome.run.model.record.steps},
                    {"seconds", outcome.run.model.record.seconds},
                    {"signal", outcome.signal}});
  log.flush();
  if (!log.error().empty()) console.say("warning: the log is incomplete: " + log.error());
}

int run_train(const Arguments& arguments, report::Console& console) {
  const Paths paths = check_paths(arguments);
  Settings said = read_settings(arguments);
  check_settings(said);
  ChosenPrecision chosen;
  if (said.precision_auto) chosen = choose_precision(), said.precision = chosen.precision;
  Engine engine({choose_threads(said.threads, console)});
  Prepared prepared = prepare(paths, said, engine.threads(), console);
  prepared.training.precision_reason = chosen.reason;
  if (prepared.model.products == DType::bf16) compare_gradients(engine, prepared);
  const Training& training = prepared.training;
  console.say(choices_text(training, prepared.data, console.err().width));
  report::RunLog log(paths.log);
  log.write("start", {{"schema", "gradus.log/1"},
                      {"version", GRADUS_VERSION},
                      {"data", training.data},
                      {"model", training.model},
                      {"settings", settings_json(training.complete)},
                      {"net", training.net}});

  report::Progress progress(plan_progress(training, prepared.data, console.err().color), console);
  TrainOptions options = prepared.options;
  options.observer = observe(progress, log, deviation_of(prepared.data.schema));
  const Interrupt interrupt;
  std::optional<Run> run;
  try {
    run = train(engine, prepared.model, prepared.data.rows, options);
  } catch (const Diverged& diverged) {
    progress.finish();
    return end_diverged(diverged, prepared, log, console);
  }
  progress.finish();
  run->model.schema = prepared.data.schema;
  io::save(run->model, training.model);

  Outcome outcome{*run, {}, Interrupt::requested()};
  for (const std::string& note : run->notes) console.say("note: " + note);
  if (outcome.signal == 0) outcome.comparisons = compare(engine, *run, prepared.data, prepared.options);
  log_end(log, training, outcome, console);
  if (arguments.has("--json")) print_json(console, outcome_json(training, prepared.data, outcome));
  else console.print(outcome_text(training, prepared.data, outcome, console.out().width));
  return outcome.signal != 0 ? exit_signal + outcome.signal : exit_ok;
}

const std::vector<Option> train_options = make_options();

}  // namespace

const Command train_command{
    "train",       "learns a network from a table or from images, and saves it as a model", operands,
    train_options, "gradus train examples/data/cars.csv --target price -o cars.gradus",     run_train};

}  // namespace gradus::cli
