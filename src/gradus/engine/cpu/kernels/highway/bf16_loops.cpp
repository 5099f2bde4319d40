// In integers: the instruction that AVX-512 BF16 has for this takes denormals as zero.
#include "gradus/engine/cpu/kernels/highway/targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "gradus/engine/cpu/kernels/highway/bf16_loops.cpp"
#include "hwy/foreach_target.h"
//
#include "gradus/engine/cpu/kernels/highway/bf16_loops.hpp"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace gradus::highway::HWY_NAMESPACE {
namespace {  // other files have templates of the same names
namespace hn = hwy::HWY_NAMESPACE;

using Words = hn::ScalableTag<std::uint32_t>;
using Halves = hn::Rebind<std::uint16_t, Words>;

void narrow(const float* from, Bf16* to, std::int64_t n) {
  const Words d;
  const Halves halves;
  const hn::RebindToSigned<Words> whole;  // below 2^16 here
  const hn::RebindToFloat<Words> numbers;
  constexpr std::int64_t width = hn::MaxLanes(d);
  std::int64_t i = 0;
  for (; i + width <= n; i += width) {
    const auto bits = hn::BitCast(d, hn::LoadU(numbers, from + i));
    const auto odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(d, 1));
    const auto rounded = hn::Add(hn::Add(bits, hn::Set(d, 0x7fff)), odd);
    const auto magnitude = hn::BitCast(whole, hn::And(bits, hn::Set(d, 0x7fffffff)));
    const auto nan = hn::RebindMask(d, hn::Gt(magnitude, hn::Set(whole, 0x7f800000)));
    const auto chosen = hn::IfThenElse(nan, hn::Or(bits, hn::Set(d, 0x400000)), rounded);
    const auto upper = hn::BitCast(whole, hn::ShiftRight<16>(chosen));
    hn::StoreU(hn::DemoteTo(halves, upper), halves, reinterpret_cast<std::uint16_t*>(to + i));
  }
  for (; i < n; ++i) to[i] = to_bf16(from[i]);
}

void widen(const Bf16* from, float* to, std::int64_t n) {
  const Words d;
  const Halves halves;
  const hn::RebindToFloat<Words> numbers;
  constexpr std::int64_t width = hn::MaxLanes(d);
  std::int64_t i = 0;
  for (; i + width <= n; i += width) {
    const auto bits = hn::PromoteTo(d, hn::LoadU(halves, reinterpret_cast<const std::uint16_t*>(from + i)));
    hn::StoreU(hn::BitCast(numbers, hn::ShiftLeft<16>(bits)), numbers, to + i);
  }
  for (; i < n; ++i) to[i] = to_float(from[i]);
}

}  // namespace

Bf16Loops loops() { return {narrow, widen}; }

}  // namespace gradus::highway::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "gradus/engine/cpu/kernels/highway/dispatch.hpp"
namespace gradus::highway {
namespace {
HWY_EXPORT(loops);
}  // namespace
Bf16Loops bf16_loops() { return GRADUS_DISPATCH(loops)(); }
}  // namespace gradus::highway
#endif
