#include "gradus/app/cli/train/train_table.hpp"

#include <algorithm>
#include <cmath>

#include "gradus/app/cli/arguments/choose_metrics.hpp"
#include "gradus/app/cli/arguments/defaults.hpp"
#include "gradus/app/cli/outputs/exit_code.hpp"
#include "gradus/app/cli/outputs/print_json.hpp"
#include "gradus/app/cli/outputs/say_notes.hpp"
#include "gradus/app/cli/train/interrupt.hpp"
#include "gradus/app/cli/train/training.hpp"
#include "gradus/app/report/evaluation.hpp"
#include "gradus/app/report/numbers.hpp"
#include "gradus/app/report/run_log.hpp"
#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/tables/fit.hpp"
#include "gradus/learn/train/evaluate.hpp"
#include "gradus/learn/train/saved_model.hpp"

namespace gradus::cli {
namespace {

using report::counted;

/// The first setting that says something of one net; nullptr: none does.
const Setting* says_of_one_net(const Settings& said) {
  for (const Setting& setting : all_settings()) {
    const std::string_view key = setting.key;
    const bool one = !key.starts_with("data.") && key != "train.effort" && key != "train.within" &&
                     key != "train.seed" && key != "train.threads" && key != "train.device" && key != "train.isa" &&
                     key != "train.metrics";
    if (one && (!setting.show(said).empty() || (key == "model.net" && said.net))) return &setting;
  }
  return nullptr;
}

/// "scale, 64 relu, 64 relu (brief); ..."; of one way the net alone.
std::string nets_text(const tables::Plan& plan) {
  if (plan.ways.size() == 1) return plan.ways[0].net;
  std::string out;
  for (const tables::Way& way : plan.ways) out += (out.empty() ? "" : "; ") + way.name + ": " + way.net;
  return out;
}

std::string plan_text(const tables::Plan& plan) {
  std::string out = std::string(name(plan.effort)) + ": " + counted(plan.nets(), "net");
  const std::string nets = nets_text(plan);
  if (plan.ways.size() == 1) out += " (" + nets + ")";
  if (plan.folds > 1)
    out += " on " + std::to_string(plan.folds) + " parts of the rows, each held back" +
           (plan.deals > 1 ? ", dealt " + std::to_string(plan.deals) + " times" : " once");
  if (plan.ways.size() > 1) out += ", of each " + nets;
  std::int64_t epochs = 0;
  for (const tables::Way& way : plan.ways) epochs = std::max(epochs, way.epochs);
  return out + ", beside a linear model and the trivial answer; batch " + std::to_string(plan.batch) + ", " +
         counted(epochs, "epoch") + " at most";
}

std::string choices_text(const Training& training, const TrainingData& data, const tables::Plan& plan, int width) {
  const Settings& said = training.said;
  std::string out = data_text(said, training.data, data, width);
  out += line("effort", plan_text(plan) + (said.effort && said.within ? "" : "  (--effort, --within, --net)"), width);
  if (plan.folds == 1) {
    out += line("held back",
                counted(std::ssize(data.split.validation), "row") + " for validation, " +
                    counted(std::ssize(data.split.train), "row") + " to learn from" +
                    (said.validation ? "" : "  (--valid)"),
                width);
  }
  out += line("run",
              "seed " + std::to_string(*training.complete.seed) + ", " + counted(training.threads, "thread") +
                  "  (--seed, --threads)",
              width);
  return out + line("model", printable(training.model) + (training.model_chosen ? "  (-o)" : ""), width);
}

std::string member_text(const tables::Plan& plan, const tables::MemberReport& one) {
  return "  net " + std::to_string(one.number) + "/" + std::to_string(one.count) +
         (plan.ways.size() > 1 ? " (" + one.way + ")" : "") + ": best epoch " + std::to_string(one.best_epoch) +
         " of " + std::to_string(one.epochs) + ", validation loss " + report::short_number(one.loss) + ", " +
         report::duration(one.seconds);
}

/// The rows held back in any split, ascending.
std::vector<std::int64_t> tried_rows(const tables::Fit& fit) {
  std::vector<std::int64_t> out;
  for (const data::Split& split : fit.splits) out.insert(out.end(), split.validation.begin(), split.validation.end());
  std::sort(out.begin(), out.end());
  return out;
}

/// How good a candidate is on the rows held back, in units of the data.
Evaluation evaluation_of(const tables::Candidate& candidate, const data::Dataset& tried,
                         std::span<const std::int64_t> numbers, const data::Schema& schema,
                         const metric::Metrics& metrics) {
  const bool classes = tried.task == data::Task::classification;
  const std::int64_t rows = tried.rows(), outputs = schema.output_count();
  Tensor predicted(DType::f64, {rows, outputs});
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t k = 0; k < outputs; ++k) {
      const double x =
          candidate.predictions[static_cast<std::size_t>(numbers[static_cast<std::size_t>(row)] * outputs + k)];
      predicted.set(row * outputs + k, classes ? x : schema.target.decode(x));
    }
  }
  Tensor targets = tried.targets;
  if (!classes) {
    targets = targets.cast(DType::f64);
    for (double& x : targets.as<double>()) x = schema.target.decode(x);
  }
  metric::Subject subject{outputs, {}, metric::Intervals::all};
  if (classes) subject.classes = tried.class_names;
  metric::Measurement measurement(metrics.empty() ? metric::usual_metrics(classes) : metrics, subject);
  measurement.add({predicted, targets});
  return {.task = tried.task, .rows = rows, .loss = candidate.loss, .metrics = measurement.finish()};
}

Comparison compare_candidates(const tables::Fit& fit, const TrainingData& data, const metric::Metrics& metrics) {
  const std::vector<std::int64_t> rows = tried_rows(fit);
  const data::Dataset tried = data::take(data.rows, rows), light = targets_of(data.rows);
  const data::Dataset learnt = fit.splits.size() > 1 ? light : data::take(light, data.split.train);
  Comparison out{"validation",
                 evaluation_of(fit.candidates[fit.chosen], tried, rows, data.schema, metrics),
                 guess_in_units(data.schema, learnt, data::take(light, rows), metrics),
                 {}};
  for (const tables::Candidate& one : fit.candidates) {
    if (one.name == "linear model") out.linear = evaluation_of(one, tried, rows, data.schema, metrics);
  }
  return out;
}

std::string chosen_text(const tables::Fit& fit) {
  std::string out = fit.candidates[fit.chosen].name + ", by the loss on rows held back: ";
  for (std::size_t i = 0; i < fit.candidates.size(); ++i)
    out += (i ? ", " : "") + fit.candidates[i].name + " " + report::short_number(fit.candidates[i].loss);
  return out;
}

json::Value outcome_json(const Training& training, const TrainingData& data, const tables::Plan& plan,
                         const tables::Fit& fit, const Comparison& comparison, int signal) {
  json::Array notes, candidates;
  for (const data::Note& note : data.notes) notes.emplace_back(note.text);
  for (const std::string& note : fit.notes) notes.emplace_back(note);
  for (const tables::Candidate& one : fit.candidates)
    candidates.push_back(json::Object{{"name", one.name}, {"loss", one.loss}});
  json::Object validation{{"model", report::to_json(comparison.model)},
                          {"guess", report::guess_to_json(comparison.guess)}};
  if (comparison.linear) validation["linear"] = report::to_json(*comparison.linear);
  const TrainingRecord& record = fit.model.record;
  return json::Object{{"schema", "gradus.train/1"},
                      {"model", training.model},
                      {"data", training.data},
                      {"settings", settings_json(training.said)},
                      {"net", training.net},
                      {"parameters", fit.parameters},
                      {"rows", record.rows},
                      {"validation_rows", comparison.model.rows},
                      {"gradient_error", json::Value()},
                      {"steps", record.steps},
                      {"seconds", record.seconds},
                      {"stopped_by", name(record.stopped_by)},
                      {"signal", signal},
                      {"best_epoch", 0},
                      {"evaluations", json::Object{{"validation", validation}}},
                      {"history", json::Array{}},
                      {"effort", json::Object{{"name", name(plan.effort)},
                                              {"folds", plan.folds},
                                              {"members", plan.deals * std::ssize(plan.ways)},
                                              {"chosen", fit.candidates[fit.chosen].name},
                                              {"candidates", candidates}}},
                      {"notes", notes}};
}

std::string outcome_text(const Training& training, const TrainingData& data, const tables::Plan& plan,
                         const tables::Fit& fit, const Comparison& comparison, int width) {
  const TrainingRecord& record = fit.model.record;
  std::string out = line("saved", printable(training.model) + size_text(training.model), width);
  out += line("trained", counted(record.steps, "step") + ", " + report::duration(record.seconds), width);
  out += line("chosen", chosen_text(fit), width);
  out += comparison_text(comparison, width);
  if (plan.folds > 1) out += line("", "each row by nets that had not seen it", width);
  if (training.said.metrics) out += "\n" + report::metric_table(comparison.model) + "\n";
  return out + next_commands(training, data.schema);
}

}  // namespace

void check_effort(const Settings& said) {
  if (!said.effort && !said.within) return;
  const Setting* one = says_of_one_net(said);
  const std::string flag = said.effort ? "--effort" : "--within";
  if (one != nullptr) {
    const std::string other(one->flag.empty() ? one->key : one->flag);
    throw UserError(Fault::usage,
                    Report{flag, "it beside " + other, "one of both: an effort chooses nets and their training",
                           "gradus train without " + flag});
  }
  if (said.validation && *said.validation == 0) {
    throw UserError(Fault::usage, Report{flag, "no rows held back for validation", "rows that the choice is made by",
                                         "gradus train without --valid 0"});
  }
}

std::optional<tables::Effort> default_effort(const Settings& said) {
  if (says_of_one_net(said) != nullptr || (said.validation && *said.validation == 0)) return std::nullopt;
  return tables::Effort::quick;
}

void refuse_effort(const TrainingData& data) {
  const auto refuse = [](const std::string& found, const std::string& expected) {
    throw UserError(Fault::usage, Report{"--effort", found, expected, "gradus train without --effort"});
  };
  if (!data.schema.is_table()) refuse("images", "a table");
  if (!data.schema.several.empty()) refuse(counted(std::ssize(data.schema.several), "target"), "one target");
  if (!data.schema.inputs().empty()) refuse("inputs beside the features", "features alone");
  refuse(counted(data.rows.rows(), "row"), "a table of " + std::to_string(tables::least_rows) + " rows at least");
}

int train_table(const Arguments& arguments, const Settings& said, const TrainingData& data, Engine& engine,
                io::OutputFile& file, report::Console& console) {
  Training training;
  training.data = arguments.required(0), training.model = file.path();
  training.model_chosen = !arguments.has("--output");
  training.said = said, training.complete = with_defaults(said, {});
  training.threads = engine.threads();
  const bool classes = data.rows.task == data::Task::classification;
  const metric::Metrics metrics = choose_metrics(said.metrics, classes);
  const tables::Shape shape = tables::shape_of(data.rows, data.schema, deals_folds(said));
  tables::FitOptions options{.plan = tables::make_plan(*data.effort, shape),
                             .seed = *training.complete.seed,
                             .seconds = said.within.value_or(0)};
  say_notes(console, data.notes);
  console.say(choices_text(training, data, options.plan, console.err().width));
  report::RunLog log(arguments.output("--log"));
  log.write("start", {{"schema", "gradus.log/1"},
                      {"version", GRADUS_VERSION},
                      {"data", training.data},
                      {"model", training.model},
                      {"settings", settings_json(said)},
                      {"net", nets_text(options.plan)}});
  options.on_member = [&](const tables::MemberReport& one) {
    console.say(member_text(options.plan, one));
    log.write("net", {{"number", one.number},
                      {"fold", one.fold},
                      {"way", one.way},
                      {"epochs", one.epochs},
                      {"best_epoch", one.best_epoch},
                      {"validation_loss", one.loss},
                      {"seconds", one.seconds}});
  };
  const Interrupt interrupt;
  options.should_stop = interrupt.observer().should_stop;
  const tables::Fit fit = tables::fit(engine, data.rows, data.split, data.schema, options);
  for (const std::string& note : fit.notes) console.say("note: " + note);
  io::save(fit.model, file);
  training.model = file.path(), training.net = nn::print_net(fit.model.network.net);
  training.parameters = fit.parameters;
  const int signal = Interrupt::requested();
  const Comparison comparison = compare_candidates(fit, data, metrics);
  log.write("evaluation", {{"rows", comparison.rows},
                           {"model", report::to_json(comparison.model)},
                           {"guess", report::guess_to_json(comparison.guess)}});
  log.write("end", {{"stopped_by", name(fit.model.record.stopped_by)},
                    {"model", training.model},
                    {"steps", fit.model.record.steps},
                    {"seconds", fit.model.record.seconds},
                    {"signal", signal}});
  log.flush();
  if (!log.error().empty()) console.say("warning: the log is incomplete: " + log.error());
  if (arguments.has("--json")) print_json(console, outcome_json(training, data, options.plan, fit, comparison, signal));
  else console.print(outcome_text(training, data, options.plan, fit, comparison, console.out().width));
  if (signal != 0) return exit_signal + signal;
  return log.error().empty() ? exit_ok : exit_failure;
}

}  // namespace gradus::cli
