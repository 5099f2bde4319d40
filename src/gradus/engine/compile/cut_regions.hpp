// From a graph to the regions, loops and steps of a plan: what may run block by block without waiting for others.
#pragma once

#include "gradus/engine/plan/plan.hpp"

namespace gradus {

/// One step a node, except inputs, constants, and transposes that the matmul reading them folds in. Buffers are one a
/// node (inputs and constants first met where they are read), all in the arena yet. A node shares the loop of an input
/// where its rows follow from the same rows of it (Op::axis); otherwise it waits for the region of the input to end.
Plan cut_regions(const Graph& graph);

/// The block that a loop of `rows` rows is cut into: a function of shapes alone. `inner`: most elements a row has in
/// it; `batch`: whether a matmul takes the rows through whole matrices, which it rereads for every block.
std::int64_t block_rows(std::int64_t rows, std::int64_t inner, bool batch);

}  // namespace gradus
