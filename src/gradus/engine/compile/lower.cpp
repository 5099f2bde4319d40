#include "gradus/engine/compile/lower.hpp"

#include <algorithm>

namespace gradus {

Plan lower(const Plan& from) {
  Plan plan = from;
  for (Region& region : plan.regions) {
    for (Loop& loop : region.loops) {
      for (Step& step : loop.steps) {
        if (!step.prepared) {
          Choice choice = choose(step.call);
          step.kernel = choice.kernel.name;
          step.prepared = std::move(choice.prepared);
          step.refusals = std::move(choice.refusals);
        }
        plan.scratch_bytes = std::max(plan.scratch_bytes, step.prepared.scratch);
        step.bytes = 0;
        // What every block reads whole, it reads again.
        const auto blocks = static_cast<double>(loop.blocks());
        for (const Operand& input : step.call.inputs) {
          step.bytes += static_cast<double>(byte_count(input.type)) * (input.access == Access::whole ? blocks : 1);
        }
        for (const Operand& output : step.call.outputs) step.bytes += static_cast<double>(byte_count(output.type));
      }
    }
  }
  return plan;
}

}  // namespace gradus
