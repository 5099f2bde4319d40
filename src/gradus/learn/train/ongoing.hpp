// One training while it goes on: what trainer*.cpp and divergence.cpp share.
#pragma once

#include <chrono>

#include "gradus/learn/train/step_runner.hpp"
#include "gradus/learn/train/trainer.hpp"

namespace gradus {

struct Ongoing {
  Ongoing(Engine& engine, Decided decided, nn::Model model, const data::Dataset& dataset, const TrainOptions& options);
  /// Of batches that are handed in.
  Ongoing(Engine& engine, Decided decided, nn::Model model, const TrainOptions& options);
  Ongoing(const Ongoing&) = delete;
  Ongoing& operator=(const Ongoing&) = delete;

  std::int64_t total() const;  // steps planned
  /// Of each phase, of its parameters without a group, then of its groups; valid until the next call.
  std::span<const double> learning_rates(std::int64_t step);
  double seconds() const;  // since it began
  /// `of` with the record until now.
  Run outcome(TrainedModel of) const;

  /// Counts the step, and adds it to the epoch's report. All of StepReport but a loss that is not finite.
  StepReport step_taken(const StepResult& result, double rate);
  void tell_step(const StepReport& step) const;
  /// The rule that ends the training after this step, if any.
  std::optional<StoppedBy> rule_after_step(const StepResult& result) const;
  /// Into the history, and to the observers.
  void end_epoch_report();
  /// Of every epoch; 0: it has no end of its own.
  std::int64_t steps_per_epoch() const { return runner ? runner->steps_per_epoch() : 0; }

  Engine& engine;
  TrainOptions options;
  Decided decided;
  TrainedModel model;  // with the first weights
  StepProgram steps;
  const data::Dataset* dataset = nullptr;  // with it `runner`, without it `given`
  std::optional<StepRunner> runner = {};
  std::optional<GivenFeeder> given = {};
  std::chrono::steady_clock::time_point began;
  std::vector<optim::ScheduleRun> schedules = {};  // of each phase
  std::vector<double> rates = {};
  TrainerState now = {};  // without slots, which the program has

 private:
  void begin();
};

/// The parameters of `model` that `weights` have.
void keep_parameters(nn::Model& model, const Weights& weights);

}  // namespace gradus
