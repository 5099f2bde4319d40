// From a graph to the regions, loops and steps of a plan: what may run block by block without waiting for others.
#pragma once

#include "gradus/engine/cpu/plan/plan.hpp"

namespace gradus {

/// One step a node, except inputs, constants, and transposes that the matmul reading them folds in. Buffers are one a
/// node (inputs and constants first met where they are read), all in the arena yet. A node shares the loop of an input
/// where its rows follow from the same rows of it (Op::axis); otherwise it waits for the region of the input to end.
/// `own_order`: whether products of few rows may be cut along the sum, in parts whose number depends on the rows.
Plan cut_regions(const Graph& graph, bool own_order = true);

/// Rows of a block of a loop whose matmuls take the rows of a batch through whole matrices, reread by every block; the
/// largest of these has `largest_matrix` numbers. A function of shapes alone.
std::int64_t batch_rows(std::int64_t rows, std::int64_t largest_matrix);

/// Rows of a block of any other loop, whose values have at most `inner` numbers in a row.
std::int64_t tile_rows(std::int64_t rows, std::int64_t inner);

/// One buffer a node, by its number: inputs, literals, and everything else in the arena yet.
std::vector<Buffer> buffers_of(const Graph& graph);

/// Rows of a block, where each is so many numbers and no product wants more of them: what stays in a core's cache.
std::int64_t image_rows(std::int64_t numbers);

}  // namespace gradus
