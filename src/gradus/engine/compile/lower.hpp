// The last pass: a kernel for every step.
#pragma once

#include "gradus/engine/plan/plan.hpp"

namespace gradus {

/// Chooses and prepares kernels; sets what the plan costs and the scratch memory a thread needs.
Plan lower(const Plan& plan);

}  // namespace gradus
