// A trainer whose batches are handed in: one epoch that has no end of its own.
#include <algorithm>

#include "gradus/core/base/error.hpp"
#include "gradus/learn/train/ongoing.hpp"
#include "gradus/learn/train/trainer.hpp"

namespace gradus {

Trainer::Trainer(Engine& engine, const nn::Model& model, const GivenBatches& batches, const TrainOptions& options)
    : ongoing_(std::make_unique<Ongoing>(engine, decide(model, batches, options), model, options)) {}

StepReport Trainer::step(const GivenBatch& batch) {
  Ongoing& t = *ongoing_;
  require(!t.now.stopped_by, "a step of a training that has ended");
  require(t.given.has_value(), "a batch for a trainer with a dataset");
  t.given->check_target(batch);
  const std::span<const double> rates = t.learning_rates(t.now.steps);
  StepResult result = t.steps.step(false, t.now.steps, rates, [&](int graph) {
    t.given->features(t.steps.program(), graph, batch);
    t.given->target(t.steps.program(), graph, batch);
  });
  result.rows = t.decided.rows.batch;
  const StepReport report = t.step_taken(result, rates[0]);
  t.tell_step(report);
  if (const auto rule = t.rule_after_step(result)) {
    t.now.report.steps = t.now.steps;
    t.end_epoch_report();
    t.now.stopped_by = rule;
  }
  return report;
}

ConstView Trainer::predict(const GivenBatch& batch) {
  Ongoing& t = *ongoing_;
  require(t.given.has_value(), "a batch for a trainer with a dataset");
  const int graph = t.steps.graphs().validation.whole;
  return t.steps.with_averages([&] {
    t.given->features(t.steps.program(), graph, batch);
    t.steps.program().run(graph);
    return t.steps.program().output(graph, step_outputs::prediction);
  });
}

void Trainer::set_learning_rate(double rate) {
  require(ongoing_->given.has_value(), "a learning rate set where a schedule of epochs decides");
  ongoing_->now.learning_rate = rate;
}

std::int64_t Trainer::steps() const { return ongoing_->now.steps; }

}  // namespace gradus
