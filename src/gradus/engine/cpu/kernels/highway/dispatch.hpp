// Chooses among what a file of this folder was compiled for: the best of the machine that instruction_set() allows.
// Last of the includes, in HWY_ONCE.
#pragma once

#include "gradus/engine/cpu/kernels/instruction_set.hpp"
#include "hwy/highway.h"

namespace gradus::highway {

/// Highway's targets; the lower a bit, the better its target.
inline std::int64_t allowed_targets() {
  std::int64_t allowed = -1;
#if HWY_ARCH_X86
  const InstructionSet set = instruction_set();
  if (set < InstructionSet::avx2) allowed = ~std::int64_t{2 * HWY_SSSE3 - 1};
  else if (set < InstructionSet::avx512) allowed = ~std::int64_t{HWY_AVX2 - 1};
#endif
  return hwy::SupportedTargets() & allowed;
}

}  // namespace gradus::highway

// As HWY_DYNAMIC_DISPATCH, which knows the machine alone.
#if (HWY_TARGETS & (HWY_TARGETS - 1)) == 0
#define GRADUS_DISPATCH(FUNCTION) HWY_STATIC_DISPATCH(FUNCTION)
#else
#define GRADUS_DISPATCH(FUNCTION)                      \
  (*(HWY_DISPATCH_TABLE(FUNCTION)[([] {                \
    hwy::ChosenTarget chosen;                          \
    chosen.Update(gradus::highway::allowed_targets()); \
    return chosen.GetIndex();                          \
  })()]))
#endif
