// Elementary functions of vectors. Highway 1.0.3 has the cores; here are the values outside of their ranges, a more
// exact expm1, and the functions that it lacks. Compiled once per instruction set.
#if defined(GRADUS_HIGHWAY_MATH_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef GRADUS_HIGHWAY_MATH_INL
#undef GRADUS_HIGHWAY_MATH_INL
#else
#define GRADUS_HIGHWAY_MATH_INL
#endif

#include <cmath>
#include <cstddef>
#include <limits>

#include "gradus/engine/cpu/kernels/highway/lanes.inl"
#include "hwy/contrib/math/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace gradus::highway::HWY_NAMESPACE {

template <class T> inline constexpr bool is_f32 = sizeof(T) == 4;
template <class T> HWY_INLINE Numbers<T> infinity() { return fill(std::numeric_limits<T>::infinity()); }
template <class T> HWY_INLINE Numbers<T> not_a_number() { return fill(std::numeric_limits<T>::quiet_NaN()); }
/// x kept within [low, high]; a NaN becomes one of them, which keeps conversions to integers defined (but on NEON,
/// where they are).
template <class T> HWY_INLINE Numbers<T> keep_within(Numbers<T> x, double low, double high) {
  return {hn::Min(hn::Max(x.v, like(x, low).v), like(x, high).v)};
}

/// e^x = 2^q (1 + p): q a whole number, p = e^r - 1 of the remainder r.
template <class T> struct Exponential {
  Numbers<T> p;
  decltype(hn::impl::ExpImpl<T>().ToInt32(Tag<T>(), hn::Zero(Tag<T>()))) q;
};

template <class T> HWY_INLINE Exponential<T> split_exp(Numbers<T> x) {
  const Tag<T> d;
  hn::impl::ExpImpl<T> impl;
  if constexpr (is_f32<T>) {  // beside 1.5 2^23 the whole number stands in the last bits
    const hn::RebindToSigned<Tag<T>> d_integer;
    const Numbers<T> large = like(x, 12582912), sum = multiply_add(x, like(x, 1.442695040888963407359924681), large);
    const Numbers<T> q = sum - large;
    const Numbers<T> r = multiply_add(q, like(x, -0.693145751953125), x);
    return {{impl.ExpPoly(d, multiply_add(q, like(x, -1.428606765330187045e-6), r).v)},
            hn::Sub(hn::BitCast(d_integer, sum.v), hn::BitCast(d_integer, large.v))};
  }
  const Numbers<T> half = with_sign(like(x, 0.5), x);
  const auto q = impl.ToInt32(d, multiply_add(x, like(x, 1.442695040888963407359924681), half).v);
  return {{impl.ExpPoly(d, impl.ExpReduce(d, x.v, q))}, q};
}

template <class T> HWY_INLINE Numbers<T> exp(Numbers<T> x) {
  constexpr double low = is_f32<T> ? -104 : -746, high = is_f32<T> ? 89 : 710;  // 0 and infinity
  const auto [p, q] = split_exp(keep_within(x, low, high));
  const Numbers<T> y{hn::impl::ExpImpl<T>().LoadExpShortRange(Tag<T>(), (p + like(x, 1)).v, q)};
  return select(is_nan(x), x, y);
}

/// 2^q p + (2^q - 1): exact but for two roundings. REQUIRES 2^q finite.
template <class T> HWY_INLINE Numbers<T> expm1_of(const Exponential<T>& split) {
  const Numbers<T> scale{hn::impl::ExpImpl<T>().Pow2I(Tag<T>(), split.q)};
  return multiply_add(scale, split.p, scale - like(scale, 1));
}

template <class T> HWY_INLINE Numbers<T> expm1(Numbers<T> x) {
  constexpr double low = is_f32<T> ? -20 : -40, high = is_f32<T> ? 88 : 709;  // above it the 1 no longer counts
  const Exponential<T> split = split_exp(keep_within(x, low, high + 1));
  const Numbers<T> large{hn::impl::ExpImpl<T>().LoadExpShortRange(Tag<T>(), (split.p + like(x, 1)).v, split.q)};
  const Numbers<T> y = select(x > like(x, high), large, expm1_of(split));
  return select(is_nan(x), x, with_sign(y, x));
}

template <class T> HWY_INLINE Numbers<T> tanh(Numbers<T> x) {
  const Numbers<T> size = keep_within(abs(x), 0, 20), y = expm1_of(split_exp(size + size));  // 1 from 20 on
  return select(is_nan(x), x, with_sign(y / (y + like(x, 2)), x));
}

template <class T> HWY_INLINE Numbers<T> log(Numbers<T> x) {
  const Numbers<T> zero = like(x, 0), y{hn::Log(Tag<T>(), x.v)};
  const Numbers<T> special = select(x == zero, -infinity<T>(), select(x > zero, x, not_a_number<T>()));  // NaN, inf
  return select(x > zero && x < infinity<T>(), y, special);
}

template <class T> HWY_INLINE Numbers<T> log1p(Numbers<T> x) {
  // ln(y) x / (y - 1) with y = 1 + x: the quotient undoes the rounding of y.
  const Numbers<T> one = like(x, 1), y = x + one;
  const Numbers<T> usual = log(y) * (x / select(y == one, one, y - one));
  return select(y == one, x, select(x > like(x, -1) && x < infinity<T>(), usual, log(y)));
}

/// f of the lanes whose size is beyond `limit` (or is no number), by the standard library; `y` elsewhere.
template <class T> HWY_NOINLINE Numbers<T> each_beyond(Numbers<T> x, Numbers<T> y, double limit, T (*f)(T)) {
  constexpr std::size_t width = hn::MaxLanes(Tag<T>());
  HWY_ALIGN T from[width];
  HWY_ALIGN T to[width];
  store(x, from);
  store(y, to);
  for (std::size_t i = 0; i < width; ++i) {
    if (!(std::fabs(from[i]) <= static_cast<T>(limit))) to[i] = f(from[i]);
  }
  return load(to);
}

/// Highway's sine and cosine are right up to here.
inline constexpr double trigonometric_limit = 39000;

template <class T> HWY_INLINE Numbers<T> sin(Numbers<T> x) {
  const Numbers<T> limit = like(x, trigonometric_limit);
  const auto usual = abs(x) <= limit;
  const Numbers<T> usual_x = select(usual, x, like(x, 0)), sine{hn::Sin(Tag<T>(), usual_x.v)};
  const Numbers<T> y = select(x == like(x, 0), x, sine);  // keeps -0
  if (HWY_UNLIKELY(!hn::AllTrue(Tag<T>(), usual.m))) return each_beyond<T>(x, y, trigonometric_limit, std::sin);
  return y;
}

template <class T> HWY_INLINE Numbers<T> cos(Numbers<T> x) {
  const Numbers<T> limit = like(x, trigonometric_limit);
  const auto usual = abs(x) <= limit;
  const Numbers<T> y{hn::Cos(Tag<T>(), select(usual, x, like(x, 0)).v)};
  if (HWY_UNLIKELY(!hn::AllTrue(Tag<T>(), usual.m))) return each_beyond<T>(x, y, trigonometric_limit, std::cos);
  return y;
}

}  // namespace gradus::highway::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif  // GRADUS_HIGHWAY_MATH_INL
