#include "gradus/learn/train/train.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "gradus/core/base/rounded.hpp"
#include "gradus/core/graph/print.hpp"
#include "gradus/learn/data/dataset_checks.hpp"
#include "gradus/learn/nn/spatial.hpp"
#include "gradus/learn/train/agree.hpp"
#include "gradus/learn/train/check_options.hpp"
#include "gradus/learn/train/evaluate.hpp"
#include "gradus/learn/train/known_classes.hpp"
#include "gradus/learn/train/memory.hpp"
#include "gradus/learn/train/step_runner.hpp"

namespace gradus {
namespace {

using Clock = std::chrono::steady_clock;

/// Parameters, and the epoch (from 1) that ended with them; 0: none, or the initial ones.
struct Kept {
  std::int64_t epoch = 0;
  Weights parameters = {};
};

/// One training while it goes on.
struct Training {
  Engine& engine;
  const data::Dataset& dataset;
  const TrainOptions& options;
  const loss::Loss& loss;
  StepRunner& runner;
  Run& run;
  Clock::time_point began;
  optim::ScheduleRun schedule;
  std::int64_t steps = 0;  // done
  double least = 0;        // the least loss of an epoch so far
  std::int64_t stale = 0;  // epochs since
  Kept best = {};          // at the end of that epoch
  Kept before = {};        // at its beginning: without validation an epoch's loss is that of all weights between both
  Weights start = {};      // at the beginning of this epoch

  std::int64_t total() const {  // steps planned
    const auto all = checked_multiply(options.epochs, runner.steps_per_epoch()).value_or(std::int64_t{1} << 62);
    return options.steps > 0 ? std::min(all, options.steps) : all;
  }
  double learning_rate(std::int64_t step) const {
    return optim::learning_rate(options.optimizer) *
           schedule.factor({.step = step, .steps = total(), .steps_per_epoch = runner.steps_per_epoch()});
  }
  double seconds() const { return std::chrono::duration<double>(Clock::now() - began).count(); }
};

/// The rule that ends the run after this step, if any.
std::optional<StoppedBy> rule_after_step(const Training& t, const StepResult& result) {
  const TrainOptions& options = t.options;
  if (options.tolerance > 0 && result.update_norm < options.tolerance) return StoppedBy::tolerance;
  if (options.steps > 0 && t.steps >= options.steps) return StoppedBy::steps;
  if (options.seconds > 0 && t.seconds() >= options.seconds) return StoppedBy::time;
  for (const Observer& observer : options.observers) {
    if (observer.should_stop && observer.should_stop()) return StoppedBy::request;
  }
  return std::nullopt;
}

std::optional<StoppedBy> rule_after_epoch(const Training& t, const EpochReport& report) {
  if (t.options.target_loss && report.loss <= *t.options.target_loss) return StoppedBy::target_loss;
  if (t.options.patience > 0 && t.stale >= t.options.patience) return StoppedBy::patience;
  return std::nullopt;
}

void keep_parameters(nn::Model& model, const Weights& weights) {
  std::unordered_map<std::string_view, const Tensor*> values;
  for (const nn::Parameter& weight : weights) values[weight.name] = &weight.value;
  for (nn::Parameter& parameter : model.parameters) {
    if (const auto value = values.find(parameter.name); value != values.end()) parameter.value = *value->second;
  }
}

void fill_record(Training& t) {
  TrainingRecord& record = t.run.model.record;
  record.steps = t.steps;
  record.seconds = t.seconds();
  record.stopped_by = t.run.stopped_by;
  record.rows = t.runner.train_rows();
  record.epoch = t.run.best_epoch;
  record.history = t.run.history;
}

/// The loss that decides which weights are the best: on the validation rows, else on those that were learnt from.
double loss_of(Training& t, const Weights& parameters) {
  if (t.runner.validates()) {
    t.runner.write(parameters);
    return t.runner.validate().loss;
  }
  TrainedModel model = t.run.model;
  keep_parameters(model.network, parameters);
  return evaluate(t.engine, model, t.dataset).loss;
}

/// Ends the run with the best epoch, if one was better than the initial weights.
[[noreturn]] void end_diverged(Training& t, const Report& report) {
  t.start.clear();
  double least = loss_of(t, t.run.model.network.parameters);
  if (!std::isfinite(least)) least = std::numeric_limits<double>::infinity();
  const Kept* chosen = nullptr;
  for (const Kept* kept : {&t.before, &t.best}) {
    if (kept->epoch == 0) continue;
    const double loss = loss_of(t, kept->parameters);
    if (loss < least) chosen = kept, least = loss;
  }
  if (chosen) keep_parameters(t.run.model.network, chosen->parameters);
  t.run.best_epoch = chosen ? chosen->epoch : 0;
  t.run.stopped_by = StoppedBy::diverged;
  fill_record(t);
  throw Diverged(describe(report), t.run);
}

std::string place(std::int64_t epoch, std::int64_t step) {
  return "epoch " + std::to_string(epoch + 1) + ", step " + std::to_string(step);
}

/// A step's loss is not finite. Goes back to the beginning of the epoch and repeats it (the same bits) up to that step,
/// to see where the first value that is not finite comes from.
[[noreturn]] void report_divergence(Training& t, std::int64_t epoch, const StepReport& failed) {
  const std::int64_t index = failed.step_in_epoch - 1, first = failed.step - failed.step_in_epoch;
  t.runner.write(t.start);
  for (std::int64_t i = 0; i < index; ++i) t.runner.step(i, first + i, t.learning_rate(first + i));
  const std::string where = t.runner.first_not_finite(index, failed.step - 1);
  const std::string found = "a loss of " + print_number(failed.loss) +
                            (where.empty() ? "" : "; the first values that are not finite are those of " + where);
  // The first loss is that of the initial weights: no rate has had an effect yet.
  const std::string remedy = failed.step > 1 ? "a smaller learning rate: " + rounded(failed.learning_rate / 10)
                                             : "smaller features and targets, or smaller first weights";
  end_diverged(t, {place(epoch, failed.step), found, "a finite loss", remedy});
}

/// The epoch's losses were finite, but are the weights that it left?
void check_epoch(Training& t, std::int64_t epoch, const EpochReport& report) {
  std::string found;
  if (report.validation && !std::isfinite(report.validation->loss)) {
    found = "a validation loss of " + print_number(report.validation->loss);
  } else if (!report.validation && !t.runner.parameters_finite()) {
    found = "parameters that are not finite";
  } else {
    return;
  }
  end_diverged(t, {place(epoch, t.steps), found, "finite numbers",
                   "a smaller learning rate: " + rounded(report.learning_rate / 10)});
}

/// Steps of one epoch, until it ends or a rule ends the run.
std::optional<StoppedBy> run_steps(Training& t, std::int64_t epoch, EpochReport& report) {
  const std::int64_t count = t.runner.steps_per_epoch();
  double sum = 0;
  std::int64_t rows = 0;
  for (std::int64_t index = 0; index < count; ++index) {
    const double rate = t.learning_rate(t.steps);
    const StepResult result = t.runner.step(index, t.steps, rate);
    ++t.steps;
    const StepReport step{epoch + 1, t.steps, index + 1, count, result.rows, result.loss, rate, t.seconds()};
    if (!std::isfinite(result.loss)) report_divergence(t, epoch, step);
    sum += t.loss.traits().sums ? result.loss : result.loss * static_cast<double>(result.rows);
    rows += result.rows;
    report.loss = t.loss.traits().sums ? sum : sum / static_cast<double>(rows);
    report.learning_rate = rate;
    report.gradient_norm = result.gradient_norm;
    for (const Observer& observer : t.options.observers) {
      if (observer.on_step) observer.on_step(step);
    }
    if (const auto rule = rule_after_step(t, result)) return rule;
  }
  return std::nullopt;
}

void note_best(Training& t, EpochReport& report) {
  const double loss = report.validation ? report.validation->loss : report.loss;
  report.best = t.run.history.empty() || loss < t.least;
  t.stale = report.best ? 0 : t.stale + 1;
  if (!report.best) return;
  t.least = loss;
  t.best = {report.epoch, t.runner.read_parameters()};
  if (t.runner.validates()) return;
  std::erase_if(t.start, [&](const nn::Parameter& weight) { return !t.run.model.network.find(weight.name); });
  t.before = {report.epoch - 1, std::move(t.start)};
}

StoppedBy run_epochs(Training& t) {
  for (std::int64_t epoch = 0; epoch < t.options.epochs; ++epoch) {
    t.start.clear();  // before there are others
    t.start = t.runner.read();
    t.runner.begin_epoch(epoch);
    EpochReport report{.epoch = epoch + 1};
    auto rule = run_steps(t, epoch, report);
    report.steps = t.steps;
    if (t.runner.validates()) report.validation = t.runner.validate();
    check_epoch(t, epoch, report);
    note_best(t, report);
    t.schedule.epoch_ended(report.validation ? report.validation->loss : report.loss);
    report.seconds = t.seconds();
    t.run.history.push_back(report);
    for (const Observer& observer : t.options.observers) {
      if (observer.on_epoch) observer.on_epoch(report);
    }
    if (!rule) rule = rule_after_epoch(t, report);
    if (rule) return *rule;
  }
  return StoppedBy::epochs;
}

/// What the user should know before waiting for the result.
std::vector<std::string> notes_on(const nn::Layer& net, const TrainOptions& options, std::int64_t rows) {
  std::vector<std::string> notes;
  if (options.batch > rows) {
    notes.push_back("batch " + std::to_string(options.batch) + " is larger than the " + std::to_string(rows) +
                    " rows: every step takes all rows");
  }
  for (const nn::Layer& layer : net.children) {
    if (layer.text != "step") continue;
    notes.push_back("step is flat: no gradient passes it, so the layers before it do not learn; try: sigmoid");
    break;
  }
  return notes;
}

TrainedModel describe_training(const nn::Model& model, const data::Dataset& dataset, const TrainOptions& options,
                               const Agreement& agreed) {
  TrainedModel out{.network = model,
                   .loss = agreed.loss,
                   .task = dataset.task,
                   .class_names = dataset.class_names,
                   .schema = {},
                   .record = {}};
  out.network.net = agreed.net;
  if (dataset.features.dtype() == DType::u8) out.schema = data::image_schema(dataset);
  out.record.optimizer = kinds::print_all(options.optimizer);
  out.record.schedule = kinds::print_all(options.schedule);
  out.record.seed = options.seed;
  out.record.batch = options.batch;
  out.record.validation = options.validation;
  out.record.source = dataset.source;
  return out;
}

data::Split choose_split(const data::Dataset& dataset, const TrainOptions& options) {
  if (options.split) {
    data::check(*options.split, dataset.rows());
    return *options.split;
  }
  if (options.by_class && dataset.task == data::Task::classification) {
    return data::split_by_class(dataset.targets.as<std::int64_t>(), options.validation, options.seed);
  }
  return data::split_rows(dataset.rows(), options.validation, options.seed);
}

/// Classes of which rows were held back and none was left to train on.
void note_unlearnt(const data::Dataset& dataset, const data::Split& split, std::vector<std::string>& notes) {
  if (dataset.task != data::Task::classification) return;
  const auto targets = dataset.targets.as<std::int64_t>();
  std::vector<std::int64_t> learnt(dataset.class_names.size()), held(dataset.class_names.size());
  for (const std::int64_t row : split.train) ++learnt[static_cast<std::size_t>(targets[static_cast<std::size_t>(row)])];
  for (const std::int64_t row : split.validation)
    ++held[static_cast<std::size_t>(targets[static_cast<std::size_t>(row)])];
  std::vector<ClassRows> alone;
  for (std::size_t i = 0; i < held.size(); ++i) {
    if (learnt[i] == 0 && held[i] > 0) alone.push_back({dataset.class_names[i], held[i]});
  }
  if (alone.empty()) return;
  notes.push_back("classes that only rows held back for validation have, and that are not learnt: " +
                  list_classes(alone));
}

/// A run that ends worse than it began is no divergence, but nobody wants its weights.
void note_worse(Run& run) {
  if (run.history.size() < 2) return;
  const auto loss = [](const EpochReport& r) { return r.validation ? r.validation->loss : r.loss; };
  const EpochReport &first = run.history.front(), &last = run.history.back();
  constexpr double clearly = 0.1;
  if (run.best_epoch != last.epoch || !(loss(last) - loss(first) > clearly * std::fabs(loss(first)))) return;
  run.notes.push_back(std::string(last.validation ? "the validation loss" : "the loss") + " rose from " +
                      rounded(loss(first)) + " in the first epoch to " + rounded(loss(last)) +
                      " in the last; try: patience, which keeps the best epoch, or a smaller learning rate: " +
                      rounded(last.learning_rate / 10));
}

void finish(Training& t) {
  Weights last = t.runner.read();
  const bool chosen = t.options.patience > 0 && t.best.epoch > 0;
  keep_parameters(t.run.model.network, chosen ? t.best.parameters : last);
  t.run.best_epoch = chosen ? t.best.epoch : static_cast<std::int64_t>(t.run.history.size());
  std::unordered_set<std::string_view> parameters;
  for (const nn::Parameter& parameter : t.run.model.network.parameters) parameters.insert(parameter.name);
  for (nn::Parameter& weight : last) {
    if (!parameters.contains(weight.name)) t.run.optimizer_state.push_back(std::move(weight));
  }
  note_worse(t.run);
  fill_record(t);
}

}  // namespace

Shape sample_shape(const data::Dataset& dataset, const nn::Layer& net) {
  const Shape& all = dataset.features.shape();
  if (all.rank() > 2 && nn::axes_taken(net) == 2) return Shape(all.sizes().subspan(1));
  return {dataset.row_size()};
}

Run train(Engine& engine, const nn::Layer& net, const data::Dataset& dataset, const TrainOptions& options) {
  check_options(options);
  check_dataset(dataset);
  return train(engine, nn::make_model(net, sample_shape(dataset, net), {options.dtype, options.seed, options.products}),
               dataset, options);
}

Run train(Engine& engine, const nn::Model& model, const data::Dataset& dataset, const TrainOptions& options) {
  const Clock::time_point began = Clock::now();
  check_options(options);
  check_dataset(dataset);
  data::require_finite(dataset);
  if (dataset.task == data::Task::classification) data::require_classes(dataset);
  if (model.input.count() != dataset.row_size()) {
    throw UserError(Fault::data,
                    Report{printable(dataset.source), std::to_string(dataset.row_size()) + " features a row",
                           std::to_string(model.input.count()) + ", as the model takes",
                           "nn::make_model(net, Shape{" + std::to_string(dataset.row_size()) + "})"});
  }
  metric::check(options.metrics, dataset.task == data::Task::classification);
  const Agreement agreed = agree(options.loss, model.net, model.input, model.dtype, dataset);
  data::Split split = choose_split(dataset, options);
  if (options.patience > 0 && split.validation.empty()) {
    throw UserError(Fault::usage,
                    Report{"patience", "no rows held back for validation", "validation rows whose loss can be watched",
                           options.validation > 0 ? "more rows" : "validation 0.2"});
  }
  Run run{.model = describe_training(model, dataset, options, agreed)};
  run.model.learnt_rows = data::sketch_rows(dataset, split.train);
  const nn::Model& network = run.model.network;
  const loss::Loss& loss = run.model.loss;
  run.notes = notes_on(network.net, options, static_cast<std::int64_t>(split.train.size()));
  run.notes.insert(run.notes.begin(), agreed.notes.begin(), agreed.notes.end());
  note_unlearnt(dataset, split, run.notes);
  TrainOptions chosen = options;
  if (options.memory > 0) {
    const StepRows rows = step_rows(options, static_cast<std::int64_t>(split.train.size()),
                                    static_cast<std::int64_t>(split.validation.size()));
    const int threads = options.threads > 0 ? std::min(options.threads, engine.threads()) : engine.threads();
    const MemoryUse use = choose_parts(network, loss, options, batch_spec(dataset), rows, threads);
    chosen.parts = use.parts, chosen.threads = use.threads;
  }
  StepRunner runner(engine, network, loss, chosen, dataset, std::move(split));
  Training t{.engine = engine,
             .dataset = dataset,
             .options = options,
             .loss = loss,
             .runner = runner,
             .run = run,
             .began = began,
             .schedule = optim::ScheduleRun(options.schedule)};
  run.stopped_by = run_epochs(t);
  finish(t);
  return run;
}

}  // namespace gradus
