// Numbers that are no longer finite: where they come from, and what is left to go back to.
#pragma once

#include "gradus/learn/train/ongoing.hpp"

namespace gradus {

/// A step's loss is not finite. Goes back to the beginning of the epoch and repeats it (the same bits) up to that step,
/// to see where the first value that is not finite comes from. Throws Diverged; the training has then ended.
[[noreturn]] void report_divergence(Ongoing& training, const StepReport& failed);

/// The epoch's losses were finite, but are the weights that it left? Throws Diverged where they are not.
void check_epoch(Ongoing& training);

}  // namespace gradus
