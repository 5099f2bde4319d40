// Chooses among what a file of this folder was compiled for: the best of the machine that instruction_set() allows.
// Last of the includes, in HWY_ONCE.
#pragma once

#include "gradus/engine/cpu/kernels/instruction_set.hpp"
#include "hwy/highway.h"

namespace gradus::highway {

/// What Highway may choose of: all that the machine has, which was looked up once (a look asks the processor), or less.
inline hwy::ChosenTarget& allowed_targets(hwy::ChosenTarget& lesser) {
  hwy::ChosenTarget& all = hwy::GetChosenTarget();
  if (!all.IsInitialized()) all.Update(hwy::SupportedTargets());
#if HWY_ARCH_X86
  const InstructionSet set = instruction_set();
  if (set >= InstructionSet::avx512 || set == machine_set()) return all;
  // The lower a bit, the better its target.
  const std::int64_t better = set < InstructionSet::avx2 ? 2 * HWY_SSSE3 - 1 : HWY_AVX2 - 1;
  lesser.Update(hwy::SupportedTargets() & ~better);
  return lesser;
#else
  static_cast<void>(lesser);
  return all;
#endif
}

}  // namespace gradus::highway

// As HWY_DYNAMIC_DISPATCH, which knows the machine alone.
#if (HWY_TARGETS & (HWY_TARGETS - 1)) == 0
#define GRADUS_DISPATCH(FUNCTION) HWY_STATIC_DISPATCH(FUNCTION)
#else
#define GRADUS_DISPATCH(FUNCTION)                               \
  (*(HWY_DISPATCH_TABLE(FUNCTION)[([] {                         \
    hwy::ChosenTarget lesser;                                   \
    return gradus::highway::allowed_targets(lesser).GetIndex(); \
  })()]))
#endif
