// Batches that a program hands to a trainer itself, one after the other, where no dataset has the rows.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gradus/engine/runtime/program.hpp"
#include "gradus/learn/train/step.hpp"

namespace gradus {

/// What all batches of a training have in common.
struct GivenBatches {
  std::int64_t rows = 1;  // of every batch
};

struct GivenInput {
  std::string_view name;
  ConstView values;
};

/// One of them: numbers that somebody else owns, read in the call alone. They are converted to the types of the step;
/// of their shapes only how many they are is looked at.
struct GivenBatch {
  ConstView features = {};                  // rows x numbers of a sample, row by row
  ConstView target = {};                    // rows x outputs; of a loss that takes classes their numbers, one a row
  std::span<const GivenInput> inputs = {};  // that the net takes beside the features
};

/// Copies batches into the inputs of a program's graphs. Allocates nothing when it feeds.
class GivenFeeder {
 public:
  GivenFeeder(const StepSlots& slots, const nn::Model& model, const loss::Loss& loss);
  /// Both throw UserError(Fault::usage) for another count of numbers than the graph takes; features() for an input that
  /// is missing, target() for numbers outside [0, 1] where the loss wants shares.
  void features(Program& program, int graph, const GivenBatch& batch) const;
  void target(Program& program, int graph, const GivenBatch& batch) const;
  /// What target() refuses before it copies.
  void check_target(const GivenBatch& batch) const;

 private:
  SlotId features_, target_;
  std::vector<std::pair<std::string, SlotId>> inputs_;
  bool shares_;
  std::string loss_;
};

}  // namespace gradus
