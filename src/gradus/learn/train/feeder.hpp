// Rows of a dataset for the inputs of step graphs.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gradus/engine/runtime/program.hpp"
#include "gradus/learn/data/batches.hpp"
#include "gradus/learn/train/step.hpp"

namespace gradus {

/// Copies rows of a dataset into what a program's graphs have of its tensors. Allocates nothing when it feeds.
class Feeder {
 public:
  /// Features and inputs of `dataset`, targets of `targets` (which may be the same); both outlive the feeder.
  Feeder(ThreadPool& pool, const StepSlots& slots, const data::Dataset& dataset, const data::Dataset& targets);
  void features(Program& program, int graph, std::span<const std::int64_t> rows);
  void targets(Program& program, int graph, std::span<const std::int64_t> rows);

 private:
  struct OfInput {
    SlotId slot;
    const data::Input* input;
  };
  struct OfTarget {
    SlotId slot;
    const data::Target* target;
  };
  data::Gatherer gatherer_;
  const data::Dataset& dataset_;
  const data::Dataset& targets_;
  SlotId features_, target_;
  std::vector<OfInput> inputs_;
  std::vector<OfTarget> several_;
};

/// The tensor of one slot into `out`; false where the slot is none of the data.
bool gather_slot(const StepSlots& slots, SlotId slot, const data::Dataset& dataset, const data::Dataset& targets,
                 std::span<const std::int64_t> rows, View out);

/// Throws UserError(Fault::data) unless `dataset` has these inputs of a net, naming both shapes.
void require_inputs(nn::NamedInputs inputs, const data::Dataset& dataset);

/// The inputs of `dataset` as `net` takes them.
std::vector<nn::NamedInput> inputs_for(const nn::Layer& net, const data::Dataset& dataset);

}  // namespace gradus
