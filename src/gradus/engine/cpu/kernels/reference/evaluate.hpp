// The kernel that takes everything: Op::evaluate on blocks.
#pragma once

#include "gradus/engine/cpu/kernels/kernel.hpp"

namespace gradus {

/// Runs the op's own plain loops (each op of a pointwise program in turn). Refuses blocks that the op does not have, or
/// whose numbers depend on where they lie.
Prepared prepare_evaluate(const Call& call);

/// Draws random numbers block by block: the element index counts in the whole value. Refuses other ops.
Prepared prepare_random(const Call& call);

}  // namespace gradus
