// One training while it goes on: what trainer.cpp and divergence.cpp share.
#pragma once

#include <chrono>

#include "gradus/learn/train/step_runner.hpp"
#include "gradus/learn/train/trainer.hpp"

namespace gradus {

struct Ongoing {
  Ongoing(Engine& engine, Decided decided, nn::Model model, const data::Dataset& dataset, const TrainOptions& options);
  Ongoing(const Ongoing&) = delete;
  Ongoing& operator=(const Ongoing&) = delete;

  std::int64_t total() const;  // steps planned
  /// Of each phase, of its parameters without a group, then of its groups; valid until the next call.
  std::span<const double> learning_rates(std::int64_t step);
  double seconds() const;  // since it began
  /// `of` with the record until now.
  Run outcome(TrainedModel of) const;

  Engine& engine;
  const data::Dataset& dataset;
  TrainOptions options;
  Decided decided;
  TrainedModel model;  // with the first weights
  StepRunner runner;
  std::chrono::steady_clock::time_point began;
  std::vector<optim::ScheduleRun> schedules;  // of each phase
  std::vector<double> rates;
  TrainerState now = {};  // without slots, which the runner has
};

/// The parameters of `model` that `weights` have.
void keep_parameters(nn::Model& model, const Weights& weights);

}  // namespace gradus
