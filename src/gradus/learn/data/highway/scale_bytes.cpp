#include "gradus/learn/data/highway/scale_bytes.hpp"

#include <cstddef>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "gradus/learn/data/highway/scale_bytes.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace gradus::data::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// 1/255 in two parts. 257/65536 times a byte is exact in f32, so that only the sum rounds: for each of the 256 bytes it
// is the same number as the division, at a third of its cost (the test compares all of them).
void ScaleBytes(const std::uint8_t* in, float* out, std::size_t count) {
  constexpr float head = 257.0f / 65536;
  constexpr float tail = 0x1.010102p-24f;
  const hn::ScalableTag<float> floats;
  const hn::Rebind<std::int32_t, decltype(floats)> integers;
  const hn::Rebind<std::uint8_t, decltype(floats)> bytes;
  const std::size_t lanes = hn::Lanes(floats);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto x = hn::ConvertTo(floats, hn::PromoteTo(integers, hn::LoadU(bytes, in + i)));
    hn::StoreU(hn::Add(hn::Mul(x, hn::Set(floats, head)), hn::Mul(x, hn::Set(floats, tail))), floats, out + i);
  }
  for (; i < count; ++i) {
    const auto x = static_cast<float>(in[i]);
    out[i] = x * head + x * tail;
  }
}

}  // namespace gradus::data::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gradus::data {

HWY_EXPORT(ScaleBytes);

void scale_bytes(std::span<const std::uint8_t> in, std::span<float> out) {
  HWY_DYNAMIC_DISPATCH(ScaleBytes)(in.data(), out.data(), in.size());
}

}  // namespace gradus::data
#endif
