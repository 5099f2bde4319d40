#include "gradus/engine/cpu/plan/uses.hpp"

#include "gradus/core/base/checked_cast.hpp"

namespace gradus {
namespace {

void add_uses(Uses& uses, const Step& step, Use use) {
  const Call& call = step.call;
  use.pointwise = call.op == nullptr;
  for (std::size_t i = 0; i < step.operands.size(); ++i) {
    const bool input = i < call.inputs.size();
    use.access = input ? call.inputs[i].access : call.outputs[i - call.inputs.size()].access;
    (input ? uses.readers : uses.writers)[step.operands[i]].push_back(use);
  }
}

}  // namespace

Uses find_uses(const Plan& plan) {
  const int buffers = checked_cast<int>(plan.buffers.size());
  Uses uses{ById<std::vector<Use>>(buffers), ById<std::vector<Use>>(buffers)};
  Use use;
  for (const Region& region : plan.regions) {
    use.loop = 0;
    for (const Loop& loop : region.loops) {
      use.step = 0;
      for (const Step& step : loop.steps) {
        add_uses(uses, step, use);
        ++use.step;
      }
      ++use.loop;
    }
    ++use.region;
  }
  return uses;
}

}  // namespace gradus
