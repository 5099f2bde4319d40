// What a training keeps in memory beside its data, and how to keep within a budget.
#pragma once

#include <string>

#include "gradus/engine/runtime/engine.hpp"
#include "gradus/learn/train/step_graphs.hpp"

namespace gradus {

/// Bytes.
struct MemoryUse {
  Parts parts = {};
  int threads = 1;  // that compute
  Footprint engine = {};
  std::size_t copies = 0;  // of weights and state: the initial ones, and those to go back to
  std::size_t total() const { return engine.total() + copies; }
};

/// Of a training on the engine's device as `options` say, on `threads` threads. Compiles, and allocates nothing of the
/// network's size.
MemoryUse memory_use(const Engine& engine, const nn::Model& model, const loss::Loss& loss, const TrainOptions& options,
                     BatchSpec batch, const StepRows& rows, int threads);

/// Parts of the batch with which a training keeps within options.memory: the whole batch when it fits; else the largest
/// parts of 64, 128, 256, ... rows added in the tree of a whole batch, which gives the same bits where the batch is a
/// power of two; else, up to the order of summation, the largest of any power of two added in order.
/// What fits is decided for one thread, so that the parts, and with them the bits, are the same on any number of
/// threads; as many of `threads` compute as the budget has room for. Throws UserError(Fault::budget) that names the
/// least that would do, or why the batch cannot be taken in parts.
MemoryUse choose_parts(const Engine& engine, const nn::Model& model, const loss::Loss& loss,
                       const TrainOptions& options, BatchSpec batch, const StepRows& rows, int threads);

/// "12.31MB beside the data: the batch of 256 in 4 parts of 64 rows, the same sums, on 3 of 16 threads": a budget of so
/// many bytes is enough. `threads`: those that there are.
std::string describe(const MemoryUse& use, const StepRows& rows, int threads);

}  // namespace gradus
