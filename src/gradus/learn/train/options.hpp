// What a training can be told.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "gradus/learn/data/schema.hpp"
#include "gradus/learn/data/split.hpp"
#include "gradus/learn/nn/loss.hpp"
#include "gradus/learn/nn/metric.hpp"
#include "gradus/learn/optim/schedule.hpp"
#include "gradus/learn/optim/updates.hpp"
#include "gradus/learn/train/history.hpp"

namespace gradus {

/// Who looks on: a terminal, a log, a program's own. Called on the thread that trains; all may be empty.
struct Observer {
  std::function<void(const StepReport&)> on_step = {};
  std::function<void(const EpochReport&)> on_epoch = {};
  std::function<bool()> should_stop = {};  // asked after every step; true ends it with StoppedBy::request
};

/// A step taken in parts of its batch, one after the other, to save memory.
struct Parts {
  std::int64_t rows = 0;  // 0, or no less than the batch: the whole batch at once
  /// Adds parts as a whole batch adds its leaves of rows, which keeps several sums; else in order, which keeps one.
  bool tree = true;
};

/// One of several targets.
struct TargetOptions {
  std::string target;
  std::optional<loss::Loss> loss = {};  // as TrainOptions::loss
  double weight = 1;                    // of its loss in the sum
};

/// The rule that is met first ends the training. 0 switches a rule off, but for `epochs`, which is always a limit
/// (0: the untrained model comes back).
struct TrainOptions {
  std::optional<loss::Loss> loss = {};  // cross_entropy for classification, mse for regression unless given: see agree
  /// Of several targets; those that are not here have `loss` where that fits them, and weight 1.
  std::vector<TargetOptions> targets = {};
  optim::Optimizer optimizer = optim::adam();
  std::vector<optim::Group> groups = {};  // parameters with a rate or an optimizer of their own, or frozen
  optim::Clipping clipping = {};
  double average = 0;                            // as optim::Updates
  optim::Schedule schedule = optim::constant();  // of all rates
  std::int64_t batch = 64;  // rows a step; 0, or the number of rows or more: all of them in file order
  std::int64_t epochs = 10;
  std::int64_t steps = 0;
  double seconds = 0;
  double tolerance = 0;                    // stop when ||w_t - w_(t-1)|| < tolerance: Euclidean, over all parameters
  std::optional<double> target_loss = {};  // stop when an epoch's mean training loss is at most this
  std::int64_t patience = 0;  // stop after so many epochs without a smaller validation loss; the best weights are kept
  double validation = 0.1;    // share of the rows held back, chosen by the seed
  bool by_class = true;       // of a classification: every class keeps its share among the rows held back
  std::uint64_t seed = 0;     // of initial weights, split, order and dropout
  metric::Metrics metrics = {};  // of the validation rows; metric::usual_metrics unless given
  DType dtype = DType::f32;
  DType products = DType::f32;  // as nn::ModelOptions
  Parts parts = {};
  int threads = 0;          // at most so many of the engine's compute, each with memory of its own; 0: all
  std::int64_t memory = 0;  // bytes that the engine and the copies of weights may take; chooses `parts` and, where it
                            // has no room for all, `threads`. 0: no limit
  std::optional<data::Split> split = {};    // the rows held back, for who has chosen them; instead of the rules above
  std::optional<data::Schema> schema = {};  // how files became the features, for who read some
  std::vector<Observer> observers = {};     // told in this order
};

/// How a step changes the parameters.
inline optim::Updates updates_of(const TrainOptions& options) {
  optim::Updates out(options.optimizer);
  out.groups = options.groups;
  out.clipping = options.clipping;
  out.average = options.average;
  return out;
}

}  // namespace gradus
