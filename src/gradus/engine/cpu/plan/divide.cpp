#include "gradus/engine/cpu/plan/divide.hpp"

#include <algorithm>
#include <numeric>

namespace gradus {
namespace {

/// Of each block of the region.
std::vector<double> block_costs(const Region& region, const CoreSpeed& speed) {
  std::vector<double> costs;
  for (const Loop& loop : region.loops) {
    double cost = 0;
    for (const Step& step : loop.steps) cost += rough_cost(step, loop.blocks(), speed);
    const auto blocks = static_cast<std::size_t>(loop.blocks());
    costs.insert(costs.end(), blocks, cost / static_cast<double>(blocks));
  }
  return costs;
}

Share share_of(const std::vector<double>& costs, int threads, double sharing_ns) {
  const double total = std::accumulate(costs.begin(), costs.end(), 0.0);
  Share out{.serial = threads == 1 || costs.size() < 2 || total < sharing_ns, .begin = {0}};
  const int team = out.serial ? 1 : threads;
  double done = 0;
  std::size_t block = 0;
  for (int thread = 0; thread < team; ++thread) {
    const double share = total * (thread + 1) / team;
    while (block < costs.size() && (thread == team - 1 || done + costs[block] / 2 <= share)) done += costs[block++];
    out.begin.push_back(block);
  }
  return out;
}

}  // namespace

double rough_cost(const Step& step, std::int64_t blocks, const CoreSpeed& speed) {
  return std::max(step.flops / speed.flops_per_ns, step.bytes / speed.bytes_per_ns) +
         speed.call_ns * static_cast<double>(blocks);
}

std::vector<Share> divide(const Plan& plan, int threads, const CoreSpeed& speed) {
  std::vector<Share> shares;
  std::size_t most = 2;
  for (const Region& region : plan.regions) {
    shares.push_back(share_of(block_costs(region, speed), threads, speed.sharing_ns));
    most = std::max(most, shares.back().begin.size());
  }
  for (Share& share : shares) share.begin.resize(most, share.begin.back());
  return shares;
}

}  // namespace gradus
