// Chains of pointwise steps become one step that passes over memory once.
#pragma once

#include "gradus/core/graph/graph.hpp"
#include "gradus/engine/cpu/plan/plan.hpp"

namespace gradus {

/// Fuses, in every loop, pointwise steps of one shape and dtype that need nothing else of the loop in between. Values
/// that only the fused step reads get no memory. Rounding is kept: each instruction rounds as its op does.
Plan fuse(Plan plan, const Graph& graph);

}  // namespace gradus
