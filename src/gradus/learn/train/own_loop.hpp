// One training step as an object, for programs that have a loop of their own.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gradus/engine/runtime/engine.hpp"
#include "gradus/learn/nn/loss.hpp"
#include "gradus/learn/nn/model.hpp"
#include "gradus/learn/optim/optimizer.hpp"

namespace gradus {

struct CompiledStepOptions {
  std::int64_t rows = 1;   // of every batch
  std::uint64_t seed = 0;  // of dropout
};

/// A step for batches of a fixed number of rows. Nothing is allocated in a call. One thread at a time; steps of several
/// threads may share an engine, which each then uses as it is free.
class CompiledStep {
 public:
  CompiledStep(Engine& engine, const nn::Model& model, const loss::Loss& loss, const optim::Optimizer& optimizer,
               CompiledStepOptions options);
  CompiledStep(CompiledStep&&) noexcept;
  CompiledStep& operator=(CompiledStep&&) noexcept;
  ~CompiledStep();

  /// Updates the parameters and returns the loss before the update. features: rows x inputs numbers, row by row;
  /// target: rows x outputs numbers. Throws UserError for another count, and for numbers outside [0, 1] where the loss
  /// wants shares (binary_cross_entropy).
  double operator()(std::span<const float> features, std::span<const float> target);
  double operator()(std::span<const double> features, std::span<const double> target);
  /// target: class numbers, for a loss that takes them (cross_entropy then takes nothing else).
  double operator()(std::span<const float> features, std::span<const std::int64_t> target);
  double operator()(std::span<const double> features, std::span<const std::int64_t> target);
  /// rows x outputs numbers, valid until the next call: probabilities for losses on logits.
  std::span<const double> predict(std::span<const float> features);
  std::span<const double> predict(std::span<const double> features);

  /// What was added to the net so that it fits the loss (see agree.hpp): "sigmoid was added as the last layer, ...".
  const std::vector<std::string>& notes() const;
  void set_learning_rate(double rate);
  std::int64_t steps() const;
  /// The model with the parameters as they are now.
  nn::Model model() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Throws UserError when net, loss and rows do not fit, naming the loss that would. The engine must outlive the step.
CompiledStep compile_step(Engine& engine, const nn::Model& model, const loss::Loss& loss,
                          const optim::Optimizer& optimizer, CompiledStepOptions options = {});

}  // namespace gradus
