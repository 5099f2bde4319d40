// One training step as a function of spans: a Trainer of batches handed in, for programs that want no more than that.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gradus/learn/train/trainer.hpp"

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
  template <class X, class T> double run(std::span<const X> features, std::span<const T> target);
  template <class X> std::span<const double> predicted(std::span<const X> features);

  Trainer trainer_;
  std::vector<double> predictions_;
};

/// Throws UserError when net, loss and rows do not fit, naming the loss that would, and for a net of several inputs.
/// The engine must outlive the step.
CompiledStep compile_step(Engine& engine, const nn::Model& model, const loss::Loss& loss,
                          const optim::Optimizer& optimizer, CompiledStepOptions options = {});

}  // namespace gradus
