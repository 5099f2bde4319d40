// The loop over an op's formula. Compiled once per instruction set; the family's structs are included before.
#if defined(GRADUS_HIGHWAY_LOOPS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef GRADUS_HIGHWAY_LOOPS_INL
#undef GRADUS_HIGHWAY_LOOPS_INL
#else
#define GRADUS_HIGHWAY_LOOPS_INL
#endif

#include <array>
#include <type_traits>

#include "gradus/core/ops/pointwise/form.hpp"
#include "gradus/engine/cpu/kernels/highway/lanes.inl"
#include "gradus/engine/cpu/kernels/highway/loops.hpp"

HWY_BEFORE_NAMESPACE();
namespace gradus::highway::HWY_NAMESPACE {

using pointwise::List;
using pointwise::Range;
using pointwise::Signature;
using pointwise::Text;

template <class F> constexpr int arity_of() {
  using X = std::conditional_t<F::signature == Signature::logic, Truths<float>, Numbers<float>>;
  if constexpr (F::signature == Signature::choose) return 3;
  else if constexpr (requires(X x) { F::value(x, x, x); }) return 3;
  else if constexpr (requires(X x) { F::value(x, x); }) return 2;
  else return 1;
}

/// Operand `place` as the formula sees it: a truth value or a number.
template <class F, int place, class T> HWY_INLINE auto argument(Numbers<T> x) {
  if constexpr (F::signature == Signature::logic || (F::signature == Signature::choose && place == 0)) {
    return x != like(x, 0);
  } else {
    return x;
  }
}

template <class T> HWY_INLINE Numbers<T> as_numbers(Numbers<T> y) { return y; }
template <class T> HWY_INLINE Numbers<T> as_numbers(Truths<T> y) {
  return {hn::IfThenElseZero(y.m, hn::Set(Tag<T>(), T{1}))};
}

/// An array, or one number that stands for all elements.
template <class T, bool single> struct Source {
  const T* p;
  Numbers<T> fixed;
  HWY_INLINE explicit Source(const void* from) : p(static_cast<const T*>(from)) {
    if constexpr (single) fixed = fill(*p);
  }
  HWY_INLINE Numbers<T> at(std::size_t i) const {
    if constexpr (single) return fixed;
    else return load(p + i);
  }
};

/// The numbers from i on, less than a vector: copied, so that the loop over whole vectors takes them. Once for all
/// formulas, which are then compiled once.
template <class T>
HWY_NOINLINE void finish(Loop self, unsigned singles, std::array<const void*, 3> in, void* y, std::size_t i,
                         std::size_t n) {
  constexpr std::size_t width = hn::MaxLanes(Tag<T>());
  HWY_ALIGN T copies[4][width];
  for (std::size_t k = 0; k < 3; ++k) {
    if (!in[k] || (singles >> k & 1) != 0) continue;
    store(load_first(static_cast<const T*>(in[k]) + i, n - i), copies[k]);
    in[k] = copies[k];
  }
  self(in[0], in[1], in[2], copies[3], width);
  store_first(load(copies[3]), static_cast<T*>(y) + i, n - i);
}

template <class F, class T, unsigned singles>
void loop(const void* a, const void* b, const void* c, void* y, std::size_t n) {
  constexpr int arity = arity_of<F>();
  constexpr std::size_t width = hn::MaxLanes(Tag<T>());
  T* out = static_cast<T*>(y);
  std::size_t i = 0;
  const Source<T, (singles & 1) != 0> from_a(a);
  const Source<T, (singles & 2) != 0> from_b(b);
  const Source<T, (singles & 4) != 0> from_c(c);
  for (; i + width <= n; i += width) {
    const auto x = argument<F, 0>(from_a.at(i));
    if constexpr (arity == 1) store(as_numbers(F::value(x)), out + i);
    else if constexpr (arity == 2) store(as_numbers(F::value(x, argument<F, 1>(from_b.at(i)))), out + i);
    else store(as_numbers(F::value(x, argument<F, 1>(from_b.at(i)), argument<F, 2>(from_c.at(i)))), out + i);
  }
  if (width > 1 && i < n)
    finish<T>(loop<F, T, singles>, singles, {a, arity > 1 ? b : nullptr, arity > 2 ? c : nullptr}, y, i, n);
}

template <class F, class T> constexpr Variants variants() {
  if constexpr (arity_of<F>() == 1) return {loop<F, T, 0>};
  else if constexpr (arity_of<F>() == 2) return {loop<F, T, 0>, loop<F, T, 1>, loop<F, T, 2>};
  else return {loop<F, T, 0>, nullptr, loop<F, T, 2>, nullptr, loop<F, T, 4>, nullptr, loop<F, T, 6>};
}

template <class... F> std::span<const OpLoops> loops_of(List<F...>) {
  static constexpr OpLoops all[] = {{F::text.name, arity_of<F>(), variants<F, float>(), variants<F, double>()}...};
  return all;
}

}  // namespace gradus::highway::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif  // GRADUS_HIGHWAY_LOOPS_INL
