// Who does what: the blocks of each region cut among threads. A function of the plan alone, so that a thread has the
// same blocks in every run and finds in its cache what it wrote.
#pragma once

#include <vector>

#include "gradus/engine/cpu/plan/plan.hpp"

namespace gradus {

/// What a core can do, roughly. Only who works follows from it, never what comes out, so constants do.
struct CoreSpeed {
  double flops_per_ns = 60, bytes_per_ns = 25;
  double call_ns = 25;       // of a kernel on a block, before any arithmetic
  double sharing_ns = 3000;  // work in a region under which sharing costs more than it saves
};

/// Nanoseconds that all blocks of a step take on one core.
double rough_cost(const Step& step, std::int64_t blocks, const CoreSpeed& speed = {});

/// The blocks of a region, counted in the order of its loops: thread t has those from begin[t] to begin[t + 1].
struct Share {
  bool serial = false;  // thread 0 does all
  std::vector<std::size_t> begin;
};

/// One share a region, all for the same team: begin has team + 1 entries, with team = 1 when every region is serial.
std::vector<Share> divide(const Plan& plan, int threads, const CoreSpeed& speed = {});

}  // namespace gradus
