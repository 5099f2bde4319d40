// Where the buffers of a plan are read and written.
#pragma once

#include <vector>

#include "gradus/core/graph/walk.hpp"
#include "gradus/engine/cpu/plan/plan.hpp"

namespace gradus {

/// A step that reads or writes a buffer: its place in the plan, and how it does.
struct Use {
  int region = 0, loop = 0, step = 0;
  Access access = Access::whole;
  bool pointwise = false;  // a fused program: an element is read before that of its place is written
  bool same_loop(const Use& other) const { return region == other.region && loop == other.loop; }
};

/// By buffer, in the order of the plan.
struct Uses {
  ById<std::vector<Use>> readers, writers;
};

Uses find_uses(const Plan& plan);

}  // namespace gradus
