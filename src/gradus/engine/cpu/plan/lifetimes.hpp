// From when to when each buffer of a plan holds something.
#pragma once

#include <vector>

#include "gradus/engine/cpu/plan/plan.hpp"

namespace gradus {

/// Steps are counted through the plan: regions, their loops, their steps. What crosses regions lives from the first
/// step of the region that writes it to the last step of the one that reads it last, because blocks of a region run in
/// any order; a local value from the step that writes it to the last that reads it. -1: not planned memory.
struct Lifetime {
  int first = -1, last = -1;
};

/// By buffer.
std::vector<Lifetime> lifetimes(const Plan& plan);

/// The number of steps before each region, and after them all the number of all steps.
std::vector<int> region_starts(const Plan& plan);

}  // namespace gradus
