// Matrices transposed in blocks of 128-bit vectors (see transpose_loops.hpp).
#include "gradus/engine/cpu/kernels/highway/targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "gradus/engine/cpu/kernels/highway/transpose_loops.cpp"
#include "hwy/foreach_target.h"
//
#include "gradus/engine/cpu/kernels/highway/lanes.inl"
#include "gradus/engine/cpu/kernels/highway/transpose.inl"
#include "gradus/engine/cpu/kernels/highway/transpose_loops.hpp"

HWY_BEFORE_NAMESPACE();
namespace gradus::highway::HWY_NAMESPACE {

TransposeLoop transpose_of(std::size_t width) {
  return width == 1   ? transpose<std::uint8_t>
         : width == 2 ? transpose<std::uint16_t>
         : width == 4 ? transpose<float>
                      : transpose<double>;
}

}  // namespace gradus::highway::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "gradus/engine/cpu/kernels/highway/dispatch.hpp"
namespace gradus::highway {
namespace {
HWY_EXPORT(transpose_of);
}  // namespace
TransposeLoop transpose_loop(std::size_t width) { return GRADUS_DISPATCH(transpose_of)(width); }
}  // namespace gradus::highway
#endif
