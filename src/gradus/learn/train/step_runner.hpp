// The steps and the validation of a training on the rows of a dataset.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gradus/learn/train/decide.hpp"
#include "gradus/learn/train/feeder.hpp"
#include "gradus/learn/train/pass.hpp"
#include "gradus/learn/train/step_program.hpp"

namespace gradus {

class StepRunner {
 public:
  /// All must outlive the runner; the graphs are those of step_graphs() for the rows of `dataset`.
  /// `target`: how it was encoded, if that is known.
  StepRunner(StepProgram& steps, const nn::Model& model, const Decided& decided, const data::Dataset& dataset,
             const data::TargetEncoding* target = nullptr);

  std::int64_t steps_per_epoch() const { return decided_.rows.steps(); }
  bool validates() const { return !decided_.split.validation.empty(); }

  /// Orders the rows for `epoch` (from 0).
  void begin_epoch(std::int64_t epoch);
  /// Step `index` (from 0) of the epoch, number `step` (from 0) of the run. Allocates nothing.
  /// `rates`: as StepProgram::step.
  StepResult step(std::int64_t index, std::int64_t step, std::span<const double> rates);
  /// With the averages of the weights, where there are any.
  Evaluation validate();
  /// With these parameters, which stay.
  Evaluation validate(const Weights& parameters);

  /// The graph of the forward pass and the loss for batch `index` in training mode, and its numbers with the weights as
  /// they are: the first node whose values are not finite. "" when all are.
  std::string first_not_finite(std::int64_t index, std::int64_t step);

 private:
  Evaluation score();
  std::string first_not_finite(Graph graph, std::span<const std::int64_t> rows, std::int64_t step) const;
  void feed_rows(int graph, std::span<const std::int64_t> rows);
  void run_parts(std::int64_t index, std::int64_t step);
  /// The sums of level 0 become those of this part, or it is added to them.
  void run_part(std::int64_t part, std::int64_t step, std::span<const std::int64_t> rows, bool add);
  std::span<const std::int64_t> rows_of(std::int64_t index) const;

  StepProgram& steps_;
  const nn::Model& model_;
  const data::Dataset& dataset_;
  const Decided& decided_;
  const data::TargetEncoding* target_;
  std::vector<std::int64_t> order_;
  bool shuffles_;
  std::int64_t fed_ = -1;  // the only batch of full-batch training is gathered once
  Feeder feeder_;
};

}  // namespace gradus
