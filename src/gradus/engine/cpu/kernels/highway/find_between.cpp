// Looking for numbers of a range, a vector at a time (see find_between.hpp).
#include "gradus/engine/cpu/kernels/highway/targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "gradus/engine/cpu/kernels/highway/find_between.cpp"
#include "hwy/foreach_target.h"
//
#include <limits>

#include "gradus/engine/cpu/kernels/highway/find_between.hpp"
#include "gradus/engine/cpu/kernels/highway/lanes.inl"

HWY_BEFORE_NAMESPACE();
namespace gradus::highway::HWY_NAMESPACE {
namespace {  // other files have templates of the same names

template <class T>
std::int64_t find_between(const void* numbers, std::int64_t place, std::int64_t count, std::int64_t low,
                          std::int64_t high) {
  const Tag<T> d;
  constexpr auto width = static_cast<std::int64_t>(hn::MaxLanes(Tag<T>()));
  const T* x = static_cast<const T*>(numbers);
  const auto least = hn::Set(d, static_cast<T>(low)), end = hn::Set(d, static_cast<T>(high));
  const bool held = high <= std::int64_t{std::numeric_limits<T>::max()};  // beyond, one by one
  for (; held && place + width <= count; place += width) {
    const auto v = hn::LoadU(d, x + place);
    const auto between = hn::AndNot(hn::VecFromMask(d, hn::Lt(v, least)), hn::VecFromMask(d, hn::Lt(v, end)));
    const auto found = hn::FindFirstTrue(d, hn::MaskFromVec(between));
    if (found >= 0) return place + static_cast<std::int64_t>(found);
  }
  for (; place < count; ++place) {
    if (x[place] >= low && x[place] < high) return place;
  }
  return count;
}

}  // namespace

FindBetween between_i32() { return find_between<std::int32_t>; }
FindBetween between_i64() { return find_between<std::int64_t>; }

}  // namespace gradus::highway::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "gradus/engine/cpu/kernels/highway/dispatch.hpp"
namespace gradus::highway {
namespace {
HWY_EXPORT(between_i32);
HWY_EXPORT(between_i64);
}  // namespace
FindBetween find_between_i32() { return GRADUS_DISPATCH(between_i32)(); }
FindBetween find_between_i64() { return GRADUS_DISPATCH(between_i64)(); }
}  // namespace gradus::highway
#endif
