// The error function. Compiled once per instruction set.
#if defined(GRADUS_HIGHWAY_MATH_ERF_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef GRADUS_HIGHWAY_MATH_ERF_INL
#undef GRADUS_HIGHWAY_MATH_ERF_INL
#else
#define GRADUS_HIGHWAY_MATH_ERF_INL
#endif

#include <type_traits>

#include "gradus/engine/cpu/kernels/erf_polynomials.hpp"
#include "gradus/engine/cpu/kernels/highway/math.inl"

HWY_BEFORE_NAMESPACE();
namespace gradus::highway::HWY_NAMESPACE {

/// c[0] + c[1] x + c[2] x^2 + ...
template <class T, std::size_t n> HWY_INLINE Numbers<T> polynomial(const T (&c)[n], Numbers<T> x) {
  Numbers<T> y = fill(c[n - 1]);
  for (std::size_t i = n - 1; i-- > 0;) y = multiply_add(y, x, fill(c[i]));
  return y;
}

template <class T> HWY_INLINE Numbers<T> erf(Numbers<T> x) {
  const Numbers<T> size = abs(x), one = like(x, 1);
  const auto near = size < one;
  const Numbers<T> bounded = keep_within(size, 1, 6), square = bounded * bounded;
  const Numbers<T> inverse = one / (bounded + like(x, 2)), s = select(near, x * x, one);
  Numbers<T> small, large;
  if constexpr (is_f32<T>) small = polynomial(erf_small_f32, s), large = polynomial(erf_large_f32, inverse);
  else small = polynomial(erf_small_f64, s), large = polynomial(erf_large_f64, inverse);
  const Numbers<T> y = select(near, x * small, with_sign(one - exp(-square) * large, x));
  return select(is_nan(x), x, y);
}

}  // namespace gradus::highway::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif  // GRADUS_HIGHWAY_MATH_ERF_INL
