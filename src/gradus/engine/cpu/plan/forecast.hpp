// How long a plan takes, before it runs: from what blocks cost, who has which, and what passes between cores.
#pragma once

#include <span>
#include <vector>

#include "gradus/engine/cpu/plan/divide.hpp"
#include "gradus/engine/machine/thread_costs.hpp"

namespace gradus {

/// Nanoseconds. Steps are counted through the plan: regions, their loops, their steps.
struct Forecast {
  std::vector<double> step_ns;    // of all blocks, whoever runs them
  std::vector<double> region_ns;  // from its beginning to the end of its barrier
  double total_ns = 0;
  int team = 1;
};

std::size_t step_count(const Plan& plan);

/// `block_ns`: of each step, what a whole block of it takes on one core; empty: rough_cost().
/// A thread's time is that of its blocks, and of the lines it reads that others wrote.
Forecast forecast(const Plan& plan, std::span<const double> block_ns, const ThreadCosts& costs, int threads);

}  // namespace gradus
