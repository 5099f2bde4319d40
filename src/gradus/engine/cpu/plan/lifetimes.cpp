#include "gradus/engine/cpu/plan/lifetimes.hpp"

#include "gradus/core/base/checked_cast.hpp"

namespace gradus {

std::vector<int> region_starts(const Plan& plan) {
  std::vector<int> starts{0};
  for (const Region& region : plan.regions) {
    int count = 0;
    for (const Loop& loop : region.loops) count += checked_cast<int>(loop.steps.size());
    starts.push_back(starts.back() + count);
  }
  return starts;
}

std::vector<Lifetime> lifetimes(const Plan& plan) {
  const std::vector<int> starts = region_starts(plan);
  std::vector<Lifetime> out(plan.buffers.size());
  for (std::size_t b = 0; b < plan.buffers.size(); ++b) {
    const Buffer& buffer = plan.buffers[b];
    if (buffer.home != Home::arena) continue;
    out[b] = {starts[static_cast<std::size_t>(buffer.first_region)],
              starts[static_cast<std::size_t>(buffer.last_region) + 1] - 1};
  }
  int number = 0;
  for (const Region& region : plan.regions) {
    for (const Loop& loop : region.loops) {
      for (const Step& step : loop.steps) {
        for (const int operand : step.operands) {
          const auto b = static_cast<std::size_t>(operand);
          if (plan.buffers[b].home != Home::local) continue;
          if (out[b].first < 0) out[b].first = number;
          out[b].last = number;
        }
        ++number;
      }
    }
  }
  return out;
}

}  // namespace gradus
