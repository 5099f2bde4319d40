// The last pass: a kernel for every step.
#pragma once

#include "gradus/engine/cpu/kernels/kernel_cache.hpp"
#include "gradus/engine/cpu/plan/plan.hpp"

namespace gradus {

/// Chooses and prepares kernels, those of equal calls once; sets what the plan costs and the scratch memory a thread
/// needs. Throws InternalError when no kernel takes a step.
Plan lower(Plan plan, KernelCache& cache);

}  // namespace gradus
