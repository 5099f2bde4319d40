// The trainer's hands: one Program with the graphs of training and validation, fed from a dataset.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "gradus/engine/runtime/program.hpp"
#include "gradus/learn/train/decide.hpp"
#include "gradus/learn/train/feeder.hpp"
#include "gradus/learn/train/pass.hpp"
#include "gradus/learn/train/step_graphs.hpp"
#include "gradus/learn/train/weights.hpp"

namespace gradus {

struct StepResult {
  double loss = 0;  // of the first phase
  std::int64_t rows = 0;
  double update_norm = 0;    // when asked for
  double gradient_norm = 0;  // in the last step of an epoch
};

class StepRunner {
 public:
  /// All graphs are compiled here. All but the engine's options must outlive the runner.
  StepRunner(Engine& engine, const nn::Model& model, const TrainOptions& options, const Decided& decided,
             const data::Dataset& dataset);

  std::int64_t steps_per_epoch() const { return decided_.rows.steps(); }
  bool validates() const { return !decided_.split.validation.empty(); }

  /// Orders the rows for `epoch` (from 0).
  void begin_epoch(std::int64_t epoch);
  /// Step `index` (from 0) of the epoch, number `step` (from 0) of the run. Allocates nothing.
  /// `rates`: of each phase, of its parameters without a group, then of its groups.
  StepResult step(std::int64_t index, std::int64_t step, std::span<const double> rates);
  /// Of the last step, by phase.
  std::span<const double> losses() const { return losses_; }
  /// With the averages of the weights, where there are any.
  Evaluation validate();
  /// With these parameters, which stay.
  Evaluation validate(const Weights& parameters);

  bool parameters_finite() const;
  Weights read() const;
  /// Those that the training is about: averages where it keeps them.
  Weights read_parameters() const;
  void write(const Weights& weights);
  /// Throws UserError(Fault::usage) unless `weights` are all that read() gives, with its types.
  void check(const Weights& weights) const;
  /// The graph of the forward pass and the loss for batch `index` in training mode, and its numbers with the weights as
  /// they are: the first node whose values are not finite. "" when all are.
  std::string first_not_finite(std::int64_t index, std::int64_t step);

 private:
  Evaluation score();
  std::string first_not_finite(Graph graph, std::span<const std::int64_t> rows, std::int64_t step) const;
  void feed_rows(int graph, std::span<const std::int64_t> rows);
  void feed_key(int graph, std::int64_t step, std::int64_t first_row);
  void run_parts(std::int64_t index, std::int64_t step);
  /// The sums of level 0 become those of this part, or it is added to them.
  void run_part(std::int64_t part, std::int64_t step, std::span<const std::int64_t> rows, bool add);
  std::span<const std::int64_t> rows_of(std::int64_t index) const;

  const nn::Model& model_;
  const data::Dataset& dataset_;
  const Decided& decided_;
  std::vector<std::int64_t> order_;
  std::uint64_t seed_;
  bool shuffles_;
  bool update_norm_;
  std::int64_t fed_ = -1;       // the only batch of full-batch training is gathered once
  StepGraphs graphs_;           // what the program runs; the graphs themselves are the program's
  std::vector<SlotId> kept_;    // what a step leaves to the next: parameters, moments, and what else runs through
  std::vector<SlotId> rates_;   // of each phase and group
  std::vector<double> losses_;  // of the last step, by phase
  bool averages_;
  std::optional<Feeder> feeder_;
  std::unique_ptr<Program> program_;
};

}  // namespace gradus
