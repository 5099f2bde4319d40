// Copies, fills, and bytes to and from numbers (see loops.hpp).
#include "gradus/engine/cpu/kernels/highway/targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "gradus/engine/cpu/kernels/highway/loops_moves.cpp"
#include "hwy/foreach_target.h"
//
#include "gradus/engine/cpu/kernels/highway/lanes.inl"
#include "gradus/engine/cpu/kernels/highway/loops.hpp"

HWY_BEFORE_NAMESPACE();
namespace gradus::highway::HWY_NAMESPACE {

template <class T> using Bytes = hn::Rebind<std::uint8_t, Tag<T>>;
template <class T> using Words = hn::Rebind<std::int32_t, Tag<T>>;

template <class T> HWY_INLINE Numbers<T> numbers_of(const std::uint8_t* p) {
  const auto words = hn::PromoteTo(Words<T>(), hn::LoadU(Bytes<T>(), p));
  if constexpr (sizeof(T) == 4) return {hn::ConvertTo(Tag<T>(), words)};
  else return {hn::PromoteTo(Tag<T>(), words)};
}

template <class T> HWY_INLINE void store_bytes(Numbers<T> x, std::uint8_t* p) {
  const auto low = select(x > like(x, 0), x, like(x, 0));  // NaN too
  const auto bounded = select(low < like(x, 255), low, like(x, 255));
  if constexpr (sizeof(T) == 4) {
    hn::StoreU(hn::DemoteTo(Bytes<T>(), hn::ConvertTo(Words<T>(), bounded.v)), Bytes<T>(), p);
  } else {
    hn::StoreU(hn::DemoteTo(Bytes<T>(), hn::DemoteTo(Words<T>(), bounded.v)), Bytes<T>(), p);
  }
}

template <class T> void load_bytes(const void* a, const void*, const void*, void* y, std::size_t n) {
  constexpr std::size_t width = hn::MaxLanes(Tag<T>());
  const auto* from = static_cast<const std::uint8_t*>(a);
  T* to = static_cast<T*>(y);
  std::size_t i = 0;
  for (; i + width <= n; i += width) store(numbers_of<T>(from + i), to + i);
  for (; i < n; ++i) to[i] = static_cast<T>(from[i]);
}

template <class T> void store_as_bytes(const void* a, const void*, const void*, void* y, std::size_t n) {
  constexpr std::size_t width = hn::MaxLanes(Tag<T>());
  const T* from = static_cast<const T*>(a);
  auto* to = static_cast<std::uint8_t*>(y);
  std::size_t i = 0;
  for (; i + width <= n; i += width) store_bytes(load(from + i), to + i);
  if (i < n) {
    std::uint8_t rest[width];
    store_bytes(load_first(from + i, n - i), rest);
    for (std::size_t j = 0; j < n - i; ++j) to[i + j] = rest[j];
  }
}

template <class T> void fill_all(const void* a, const void*, const void*, void* y, std::size_t n) {
  constexpr std::size_t width = hn::MaxLanes(Tag<T>());
  T* to = static_cast<T*>(y);
  const T number = *static_cast<const T*>(a);
  std::size_t i = 0;
  for (; i + width <= n; i += width) store(fill(number), to + i);
  for (; i < n; ++i) to[i] = number;
}

template <class T> void fill_with_byte(const void* a, const void*, const void*, void* y, std::size_t n) {
  const T number = static_cast<T>(*static_cast<const std::uint8_t*>(a));
  fill_all<T>(&number, nullptr, nullptr, y, n);
}

template <class T> void copy_all(const void* a, const void*, const void*, void* y, std::size_t n) {
  constexpr std::size_t width = hn::MaxLanes(Tag<T>());
  const T* from = static_cast<const T*>(a);
  T* to = static_cast<T*>(y);
  std::size_t i = 0;
  for (; i + width <= n; i += width) store(load(from + i), to + i);
  for (; i < n; ++i) to[i] = from[i];
}

template <class T>
constexpr MoveLoops moves{load_bytes<T>, fill_with_byte<T>, store_as_bytes<T>, copy_all<T>, fill_all<T>};

MoveLoops moves_f32() { return moves<float>; }
MoveLoops moves_f64() { return moves<double>; }

}  // namespace gradus::highway::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "gradus/engine/cpu/kernels/highway/dispatch.hpp"
namespace gradus::highway {
namespace {
HWY_EXPORT(moves_f32);
HWY_EXPORT(moves_f64);
}  // namespace
MoveLoops move_loops_f32() { return GRADUS_DISPATCH(moves_f32)(); }
MoveLoops move_loops_f64() { return GRADUS_DISPATCH(moves_f64)(); }
}  // namespace gradus::highway
#endif
