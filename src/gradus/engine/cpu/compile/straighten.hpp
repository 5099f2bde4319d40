// Tiny graphs as straight code: no regions, no blocks, no step that waits for another thread.
#pragma once

#include <optional>

#include "gradus/engine/cpu/kernels/kernel_cache.hpp"
#include "gradus/engine/cpu/plan/plan.hpp"

namespace gradus {

/// Whether all of the graph is so little work that starting its steps one by one would take longer than doing it, and
/// there is a kernel for graphs that takes most of it: a function of shapes and of the instruction set alone.
bool runs_straight(const Graph& graph);

/// The graph as one loop of one block, whose steps are graphs as a whole and, one by one, the nodes that no kernel for
/// graphs takes. Nothing unless runs_straight(graph), or when it would be too much code.
std::optional<Plan> straighten(const Graph& graph, KernelCache& cache);

}  // namespace gradus
