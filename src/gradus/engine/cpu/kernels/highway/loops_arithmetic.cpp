// Loops of the arithmetic family (see loops.hpp).
#include "gradus/engine/cpu/kernels/highway/targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "gradus/engine/cpu/kernels/highway/loops_arithmetic.cpp"
#include "hwy/foreach_target.h"
//
#include "gradus/core/graph/graph.hpp"
#include "gradus/core/ops/pointwise/form.hpp"
#include "gradus/engine/cpu/kernels/highway/loops.hpp"
#include "gradus/engine/cpu/kernels/highway/loops.inl"
#include "gradus/engine/cpu/kernels/highway/math_pow.inl"

HWY_BEFORE_NAMESPACE();
namespace gradus::highway::HWY_NAMESPACE {
#include "gradus/core/ops/pointwise/arithmetic.inl"
std::span<const OpLoops> arithmetic_loops() { return loops_of(Arithmetic{}); }
}  // namespace gradus::highway::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "gradus/engine/cpu/kernels/highway/dispatch.hpp"
namespace gradus::highway {
namespace {
HWY_EXPORT(arithmetic_loops);
}
std::span<const OpLoops> arithmetic_loops() { return GRADUS_DISPATCH(arithmetic_loops)(); }
}  // namespace gradus::highway
#endif
