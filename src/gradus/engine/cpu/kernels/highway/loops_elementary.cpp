// Loops of the elementary family (see loops.hpp).
#include "gradus/engine/cpu/kernels/highway/targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "gradus/engine/cpu/kernels/highway/loops_elementary.cpp"
#include "hwy/foreach_target.h"
//
#include "gradus/core/graph/graph.hpp"
#include "gradus/core/ops/pointwise/form.hpp"
#include "gradus/engine/cpu/kernels/highway/loops.hpp"
#include "gradus/engine/cpu/kernels/highway/loops.inl"
#include "gradus/engine/cpu/kernels/highway/math_erf.inl"

HWY_BEFORE_NAMESPACE();
namespace gradus::highway::HWY_NAMESPACE {
#include "gradus/core/ops/pointwise/elementary.inl"
std::span<const OpLoops> elementary_loops() { return loops_of(Elementary{}); }
}  // namespace gradus::highway::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "gradus/engine/cpu/kernels/highway/dispatch.hpp"
namespace gradus::highway {
namespace {
HWY_EXPORT(elementary_loops);
}
std::span<const OpLoops> elementary_loops() { return GRADUS_DISPATCH(elementary_loops)(); }
}  // namespace gradus::highway
#endif
