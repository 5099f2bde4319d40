// Clocks around the steps of a plan. A path of its own: an ordinary run pays nothing for it.
#pragma once

#include <vector>

namespace gradus {

class Executor;

/// Nanoseconds, medians over the runs. Steps are counted through the plan: regions, their loops, their steps.
struct Profile {
  std::vector<double> step_ns;    // of all blocks, on all threads together
  std::vector<double> region_ns;  // on the first thread, its barrier included
  double total_ns = 0;            // of a run without clocks inside
  int runs = 0;
};

/// Runs the plan, first without clocks inside and then with them, about half of `seconds` each; at least 5 times.
Profile profile(Executor& executor, double seconds);

/// What one whole block of each step takes on the calling thread, in nanoseconds: runs a few blocks of every loop among
/// those that this thread has in a real run, again and again for about `seconds`, so that what is far away in memory in
/// a real run is so here. The plan's outputs are not those of a run.
std::vector<double> time_blocks(Executor& executor, double seconds);

}  // namespace gradus
