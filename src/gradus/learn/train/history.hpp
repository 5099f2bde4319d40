// What happened while training.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "gradus/learn/train/evaluation.hpp"

namespace gradus {

/// The rule that ended a training. Only `tolerance`, `target_loss` and `patience` say something about convergence.
enum class StoppedBy { epochs, steps, time, tolerance, target_loss, patience, request, diverged };

/// "epochs", "steps", ..., as in model files.
std::string_view name(StoppedBy rule);
/// A sentence: "all epochs are done", "the weights moved less than the tolerance", ...
std::string_view describe(StoppedBy rule);

struct StepReport {
  std::int64_t epoch = 0;            // from 1
  std::int64_t step = 0;             // in the whole run, from 1
  std::int64_t step_in_epoch = 0;    // from 1
  std::int64_t steps_per_epoch = 0;  // 0: an epoch without an end
  std::int64_t rows = 0;             // of this batch
  double loss = 0;
  double learning_rate = 0;
  double seconds = 0;  // since the training began
};

struct EpochReport {
  std::int64_t epoch = 0;  // from 1
  std::int64_t steps = 0;  // done so far in the whole run
  double loss = 0;         // mean over the rows of this epoch, each at its step's weights
  std::optional<Evaluation> validation = {};
  double learning_rate = 0;  // of the last step
  double gradient_norm = 0;  // Euclidean, over all parameters, of the last step; 0 when the epoch was cut short
  double seconds = 0;        // since the training began
  bool best = false;         // the least validation loss so far (training loss without validation)
};

using History = std::vector<EpochReport>;

}  // namespace gradus
