#include "gradus/learn/train/trainer.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

#include "gradus/core/base/rounded.hpp"
#include "gradus/core/graph/print.hpp"
#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/train/divergence.hpp"
#include "gradus/learn/train/ongoing.hpp"

namespace gradus {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t endless = std::int64_t{1} << 62;  // steps

TrainedModel describe_training(const Decided& decided, nn::Model model, const TrainOptions& options) {
  TrainedModel out{.network = std::move(model),
                   .loss = decided.loss,
                   .task = data::Task::regression,
                   .class_names = {},
                   .schema = decided.schema,
                   .record = {}};
  out.network.net = decided.net;
  for (const Phase& phase : decided.phases) {
    const std::string before = phase.name.empty() ? "" : phase.name + ": ";
    const auto add = [&](std::string& text, const std::string& of) {
      text += (text.empty() ? "" : "; ") + before + of;
    };
    add(out.record.optimizer, kinds::print_all(phase.updates.optimizer));
    add(out.record.schedule, kinds::print_all(phase.schedule));
    if (!phase.updates.groups.empty()) {
      add(out.record.groups, optim::print_groups(phase.updates.groups, phase.updates.optimizer));
    }
  }
  if (!decided.own_phases()) out.record.clipping = options.clipping, out.record.average = options.average;
  out.record.seed = options.seed;
  out.record.batch = options.batch;
  out.record.validation = options.validation;
  return out;
}

/// With what the rows are, and what they mean.
TrainedModel describe_training(const Decided& decided, nn::Model model, const data::Dataset& dataset,
                               const TrainOptions& options) {
  TrainedModel out = describe_training(decided, std::move(model), options);
  out.task = dataset.task, out.class_names = dataset.class_names;
  for (const data::Target& target : dataset.several) {
    out.targets.push_back({target.name, target.task, target.class_names});
  }
  out.record.source = dataset.source;
  out.record.rows = std::ssize(decided.split.train);
  if (dataset.has_targets) out.learnt_rows = data::sketch_rows(dataset, decided.split.train);
  return out;
}

TrainedModel describe_given(const Decided& decided, nn::Model model, const TrainOptions& options) {
  TrainedModel out = describe_training(decided, std::move(model), options);
  out.record.batch = decided.rows.batch, out.record.validation = 0;
  if (!decided.loss.traits().takes_classes) return out;
  out.task = data::Task::classification;
  for (std::int64_t i = 0; i < nn::output_count(out.network); ++i) {
    out.class_names.push_back(std::to_string(i));
  }
  return out;
}

std::optional<StoppedBy> rule_after_epoch(const Ongoing& t, const EpochReport& report) {
  if (t.options.target_loss && report.loss <= *t.options.target_loss) return StoppedBy::target_loss;
  if (t.options.patience > 0 && t.now.stale >= t.options.patience) return StoppedBy::patience;
  if (t.now.epoch >= t.options.epochs) return StoppedBy::epochs;
  return std::nullopt;
}

void begin_epoch(Ongoing& t) {
  t.now.start.clear();  // before there are others
  t.now.start = t.steps.read();
  t.runner->begin_epoch(t.now.epoch);
  t.now.report = {.epoch = t.now.epoch + 1};
  t.now.loss_sum = 0, t.now.loss_rows = 0;
}

void note_best(Ongoing& t) {
  EpochReport& report = t.now.report;
  const double loss = report.validation ? report.validation->loss : report.loss;
  report.best = t.now.history.empty() || loss < t.now.least;
  t.now.stale = report.best ? 0 : t.now.stale + 1;
  if (!report.best) return;
  t.now.least = loss;
  t.now.best = {report.epoch, t.steps.read_parameters()};
  if (t.runner->validates()) return;
  std::erase_if(t.now.start, [&](const nn::Parameter& weight) { return !t.model.network.find(weight.name); });
  t.now.before = {report.epoch - 1, std::move(t.now.start)};
}

/// `rule`: what has ended the training in its midst, if anything.
void end_epoch(Ongoing& t, std::optional<StoppedBy> rule) {
  EpochReport& report = t.now.report;
  report.steps = t.now.steps;
  if (t.runner->validates()) report.validation = t.runner->validate();
  check_epoch(t);
  note_best(t);
  for (optim::ScheduleRun& schedule : t.schedules) {
    schedule.epoch_ended(report.validation ? report.validation->loss : report.loss);
  }
  ++t.now.epoch, t.now.index = 0;
  t.now.start.clear();
  t.end_epoch_report();
  t.now.stopped_by = rule ? rule : rule_after_epoch(t, report);
}

/// What a run has learnt that ends worse than it began: no divergence, but nobody wants its weights.
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

/// Of phases: without the parameters that the net which predicts does not ask for.
void keep_to_net(const Ongoing& t, nn::Model& model) {
  if (!t.decided.own_phases()) return;
  const auto specs = nn::parameters_of(model);
  std::erase_if(model.parameters, [&](const nn::Parameter& parameter) {
    return std::none_of(specs.begin(), specs.end(), [&](const auto& spec) { return spec.name == parameter.name; });
  });
}

}  // namespace

Ongoing::Ongoing(Engine& of, Decided decisions, nn::Model network, const data::Dataset& rows, const TrainOptions& said)
    : engine(of),
      options(said),
      decided(std::move(decisions)),
      model(describe_training(decided, std::move(network), rows, said)),
      steps(of, model.network,
            step_graphs(model.network, decided.loss, said, batch_spec(rows), decided.rows,
                        decided.own_phases() ? std::span<const Phase>(decided.phases) : std::span<const Phase>()),
            said, decided, decided.rows.one_leaf()),
      dataset(&rows),
      began(Clock::now()) {
  runner.emplace(steps, model.network, decided, rows, options.schema ? &options.schema->target : nullptr);
  begin();
  if (options.epochs == 0) now.stopped_by = StoppedBy::epochs;
}

// Nobody takes such a batch in parts, so that a step may add in an order of its own.
Ongoing::Ongoing(Engine& of, Decided decisions, nn::Model network, const TrainOptions& said)
    : engine(of),
      options(said),
      decided(std::move(decisions)),
      model(describe_given(decided, std::move(network), said)),
      steps(of, model.network, given_graphs(model.network, decided.loss, said, decided.rows.batch), said, decided,
            true),
      began(Clock::now()) {
  given.emplace(steps.graphs().slots, model.network, decided.loss);
  now.report.epoch = 1;
  begin();
}

void Ongoing::begin() {
  for (const Phase& phase : decided.phases) {
    schedules.emplace_back(phase.schedule);
    rates.resize(rates.size() + phase.updates.groups.size() + 1);
  }
}

StepReport Ongoing::step_taken(const StepResult& result, double rate) {
  ++now.steps, ++now.index;
  const bool sums = model.loss.traits().sums;
  now.loss_sum += sums ? result.loss : result.loss * static_cast<double>(result.rows);
  now.loss_rows += result.rows;
  now.report.loss = sums ? now.loss_sum : now.loss_sum / static_cast<double>(now.loss_rows);
  now.report.learning_rate = rate;
  now.report.gradient_norm = result.gradient_norm;
  return {now.epoch + 1, now.steps, now.index, steps_per_epoch(), result.rows, result.loss, rate, seconds()};
}

void Ongoing::tell_step(const StepReport& step) const {
  for (const Observer& observer : options.observers) {
    if (observer.on_step) observer.on_step(step);
  }
}

std::optional<StoppedBy> Ongoing::rule_after_step(const StepResult& result) const {
  if (options.tolerance > 0 && result.update_norm < options.tolerance) return StoppedBy::tolerance;
  if (options.steps > 0 && now.steps >= options.steps) return StoppedBy::steps;
  if (options.seconds > 0 && seconds() >= options.seconds) return StoppedBy::time;
  for (const Observer& observer : options.observers) {
    if (observer.should_stop && observer.should_stop()) return StoppedBy::request;
  }
  return std::nullopt;
}

void Ongoing::end_epoch_report() {
  now.report.seconds = seconds();
  now.history.push_back(now.report);
  for (const Observer& observer : options.observers) {
    if (observer.on_epoch) observer.on_epoch(now.report);
  }
}

std::int64_t Ongoing::total() const {
  const auto all = runner ? checked_multiply(options.epochs, steps_per_epoch()).value_or(endless) : endless;
  return options.steps > 0 ? std::min(all, options.steps) : all;
}

std::span<const double> Ongoing::learning_rates(std::int64_t step) {
  const optim::Moment moment{
      .step = step, .steps = total(), .steps_per_epoch = runner ? runner->steps_per_epoch() : endless};
  std::size_t at = 0;
  for (std::size_t i = 0; i < schedules.size(); ++i) {
    const optim::Updates& updates = decided.phases[i].updates;
    const double factor = schedules[i].factor(moment);
    for (std::size_t group = 0; group <= updates.groups.size(); ++group) {
      const optim::Optimizer& optimizer = optim::optimizer_of(updates, group);
      const bool set = now.learning_rate && at == 0;
      rates[at++] = set ? *now.learning_rate * factor : optimizer ? optim::learning_rate(optimizer) * factor : 0;
    }
  }
  return rates;
}

double Ongoing::seconds() const { return std::chrono::duration<double>(Clock::now() - began).count(); }

Run Ongoing::outcome(TrainedModel of) const {
  Run run{.model = std::move(of), .history = now.history, .stopped_by = now.stopped_by.value_or(StoppedBy::request)};
  TrainingRecord& record = run.model.record;
  record.steps = now.steps;
  record.seconds = seconds();
  record.computed_by = engine.backend().description();
  record.stopped_by = run.stopped_by;
  record.history = now.history;
  run.notes = decided.notes;
  return run;
}

void keep_parameters(nn::Model& model, const Weights& weights) {
  std::unordered_map<std::string_view, const Tensor*> values;
  for (const nn::Parameter& weight : weights) values[weight.name] = &weight.value;
  for (nn::Parameter& parameter : model.parameters) {
    if (const auto value = values.find(parameter.name); value != values.end()) parameter.value = *value->second;
  }
}

Trainer::Trainer(Engine& engine, const nn::Layer& net, const data::Dataset& dataset, const TrainOptions& options) {
  Decided decided = decide(net, dataset, options, engine);
  nn::Model model = decided.make_model();
  ongoing_ = std::make_unique<Ongoing>(engine, std::move(decided), std::move(model), dataset, options);
}

Trainer::Trainer(Engine& engine, const nn::Model& model, const data::Dataset& dataset, const TrainOptions& options)
    : ongoing_(std::make_unique<Ongoing>(engine, decide(model, dataset, options, engine), model, dataset, options)) {}

Trainer::Trainer(Engine& engine, Decided decided, nn::Model model, const data::Dataset& dataset,
                 const TrainOptions& options)
    : ongoing_(std::make_unique<Ongoing>(engine, std::move(decided), std::move(model), dataset, options)) {}

Trainer::Trainer(Engine& engine, const nn::Layer& net, std::vector<Phase> phases, const data::Dataset& dataset,
                 const TrainOptions& options) {
  Decided decided = decide(net, std::move(phases), dataset, options);
  nn::Model model = decided.make_model();
  ongoing_ = std::make_unique<Ongoing>(engine, std::move(decided), std::move(model), dataset, options);
}

Trainer::Trainer(Trainer&&) noexcept = default;
Trainer& Trainer::operator=(Trainer&&) noexcept = default;
Trainer::~Trainer() = default;

const Decided& Trainer::decided() const { return ongoing_->decided; }
std::optional<StoppedBy> Trainer::stopped() const { return ongoing_->now.stopped_by; }

StepReport Trainer::step() {
  Ongoing& t = *ongoing_;
  require(!t.now.stopped_by, "a step of a training that has ended");
  require(t.runner.has_value(), "a step of no batch of a trainer without a dataset");
  if (t.now.index == 0) begin_epoch(t);
  const std::span<const double> rates = t.learning_rates(t.now.steps);
  const StepResult result = t.runner->step(t.now.index, t.now.steps, rates);
  const StepReport step = t.step_taken(result, rates[0]);
  if (!std::isfinite(result.loss)) report_divergence(t, step);
  t.tell_step(step);
  const auto rule = t.rule_after_step(result);
  if (rule || t.now.index == step.steps_per_epoch) end_epoch(t, rule);
  return step;
}

std::span<const double> Trainer::losses() const { return ongoing_->steps.losses(); }

Evaluation Trainer::validate() {
  if (!ongoing_->runner || !ongoing_->runner->validates()) {
    throw UserError(Fault::usage, Report{"validate", "no rows held back", "rows that are not learnt from",
                                         "TrainOptions{.validation = 0.1}"});
  }
  return ongoing_->runner->validate();
}

TrainedModel Trainer::model() const {
  Run run = ongoing_->outcome(ongoing_->model);
  keep_parameters(run.model.network, ongoing_->steps.read_parameters());
  run.model.record.epoch = std::ssize(run.history);
  keep_to_net(*ongoing_, run.model.network);
  return run.model;
}

namespace {

/// `now`: the parameters as they are; read before `model`, which the runner looks at, may be moved from.
Run finish(const Ongoing& t, Weights now, TrainedModel model) {
  Run run = t.outcome(std::move(model));
  const bool chosen = t.options.patience > 0 && t.now.best.epoch > 0;
  keep_parameters(run.model.network, chosen ? t.now.best.parameters : now);
  now.clear();
  Weights last = t.steps.read();
  run.best_epoch = run.model.record.epoch = chosen ? t.now.best.epoch : std::ssize(run.history);
  std::unordered_set<std::string_view> parameters;
  for (const nn::Parameter& parameter : run.model.network.parameters) parameters.insert(parameter.name);
  for (nn::Parameter& weight : last) {
    if (!parameters.contains(weight.name)) run.optimizer_state.push_back(std::move(weight));
  }
  keep_to_net(t, run.model.network);
  note_worse(run);
  return run;
}

}  // namespace

Run Trainer::run() const& { return finish(*ongoing_, ongoing_->steps.read_parameters(), ongoing_->model); }
Run Trainer::run() && {
  Weights now = ongoing_->steps.read_parameters();
  return finish(*ongoing_, std::move(now), std::move(ongoing_->model));
}

}  // namespace gradus
