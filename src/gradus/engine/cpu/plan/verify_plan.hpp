// The promises of a plan, checked.
#pragma once

#include "gradus/engine/cpu/plan/plan.hpp"

namespace gradus {

/// Throws InternalError unless every step touches buffers of its operands' types and sizes, cut as its loop is; no step
/// writes an input or a literal, and what overwrites an input is its one next value; every value is written before it
/// is read (in an earlier region, or earlier in the same loop and by the same rows), nothing is written twice, state is
/// overwritten only after every reader of its old value, local values stay in their loop, and no two values that are
/// alive at once overlap in memory.
void verify(const Plan& plan);

}  // namespace gradus
