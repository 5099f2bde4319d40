// Where every value of a plan lives.
#pragma once

#include "gradus/core/graph/graph.hpp"
#include "gradus/engine/cpu/plan/plan.hpp"

namespace gradus {

/// Gives each buffer its home: outputs are written where the caller reads them; what a slot holds next overwrites it in
/// place when every reader of the old value is done by then, else through a copy at the end; values that stay in one
/// loop live in the thread's local memory, one block of them; the rest shares an arena, by regions of lifetime. Buffers
/// that no step touches are dropped (inputs stay). Sets operands, offsets and sizes.
Plan assign_memory(Plan plan, const Graph& graph);

}  // namespace gradus
