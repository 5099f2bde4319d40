// A vector of numbers and a vector of truth values with the operators that pointwise formulas are written in.
// Compiled once per instruction set.
#if defined(GRADUS_HIGHWAY_LANES_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef GRADUS_HIGHWAY_LANES_INL
#undef GRADUS_HIGHWAY_LANES_INL
#else
#define GRADUS_HIGHWAY_LANES_INL
#endif

#include <cstddef>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace gradus::highway::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class T> using Tag = hn::ScalableTag<T>;

/// As many numbers as a vector register holds.
template <class T> struct Numbers { hn::Vec<Tag<T>> v; };

template <class T> struct Truths { hn::Mask<Tag<T>> m; };

template <class T> HWY_INLINE Numbers<T> fill(T x) { return {hn::Set(Tag<T>(), x)}; }
template <class T> HWY_INLINE Numbers<T> like(Numbers<T>, double x) { return fill(static_cast<T>(x)); }
template <class T> HWY_INLINE Numbers<T> select(Truths<T> c, Numbers<T> a, Numbers<T> b) {
  return {hn::IfThenElse(c.m, a.v, b.v)};
}
template <class T> HWY_INLINE Truths<T> is_nan(Numbers<T> x) { return {hn::IsNaN(x.v)}; }

template <class T> HWY_INLINE Numbers<T> operator+(Numbers<T> a, Numbers<T> b) { return {hn::Add(a.v, b.v)}; }
template <class T> HWY_INLINE Numbers<T> operator-(Numbers<T> a, Numbers<T> b) { return {hn::Sub(a.v, b.v)}; }
template <class T> HWY_INLINE Numbers<T> operator*(Numbers<T> a, Numbers<T> b) { return {hn::Mul(a.v, b.v)}; }
template <class T> HWY_INLINE Numbers<T> operator/(Numbers<T> a, Numbers<T> b) { return {hn::Div(a.v, b.v)}; }
template <class T> HWY_INLINE Numbers<T> operator-(Numbers<T> x) { return {hn::Xor(x.v, hn::SignBit(Tag<T>()))}; }

template <class T> HWY_INLINE Truths<T> operator==(Numbers<T> a, Numbers<T> b) { return {hn::Eq(a.v, b.v)}; }
// Not Ne, which is false for NaN on AVX-512 (Highway 1.0.3).
template <class T> HWY_INLINE Truths<T> operator!=(Numbers<T> a, Numbers<T> b) { return {hn::Not(hn::Eq(a.v, b.v))}; }
template <class T> HWY_INLINE Truths<T> operator<(Numbers<T> a, Numbers<T> b) { return {hn::Lt(a.v, b.v)}; }
template <class T> HWY_INLINE Truths<T> operator<=(Numbers<T> a, Numbers<T> b) { return {hn::Le(a.v, b.v)}; }
template <class T> HWY_INLINE Truths<T> operator>(Numbers<T> a, Numbers<T> b) { return {hn::Gt(a.v, b.v)}; }
template <class T> HWY_INLINE Truths<T> operator>=(Numbers<T> a, Numbers<T> b) { return {hn::Ge(a.v, b.v)}; }
template <class T> HWY_INLINE Truths<T> operator&&(Truths<T> a, Truths<T> b) { return {hn::And(a.m, b.m)}; }
template <class T> HWY_INLINE Truths<T> operator||(Truths<T> a, Truths<T> b) { return {hn::Or(a.m, b.m)}; }
template <class T> HWY_INLINE Truths<T> operator!(Truths<T> a) { return {hn::Not(a.m)}; }

/// a b + c, in one rounding where the instruction set has it.
template <class T> HWY_INLINE Numbers<T> multiply_add(Numbers<T> a, Numbers<T> b, Numbers<T> c) {
  return {hn::MulAdd(a.v, b.v, c.v)};
}
template <class T> HWY_INLINE Numbers<T> abs(Numbers<T> x) { return {hn::Abs(x.v)}; }
template <class T> HWY_INLINE Numbers<T> sqrt(Numbers<T> x) { return {hn::Sqrt(x.v)}; }
/// |x| with the sign of `sign`.
template <class T> HWY_INLINE Numbers<T> with_sign(Numbers<T> x, Numbers<T> sign) {
  return {hn::CopySign(x.v, sign.v)};
}

#if HWY_TARGET == HWY_EMU128 || HWY_TARGET == HWY_SCALAR
inline constexpr bool keeps_sign_of_zero = false;  // Highway's Floor and Round
#else
inline constexpr bool keeps_sign_of_zero = true;
#endif
template <class T> HWY_INLINE Numbers<T> floor(Numbers<T> x) {
  const Numbers<T> y{hn::Floor(x.v)};
  return keeps_sign_of_zero ? y : with_sign(y, x);
}
/// Halves to even.
template <class T> HWY_INLINE Numbers<T> round(Numbers<T> x) {
  const Numbers<T> y{hn::Round(x.v)};
  return keeps_sign_of_zero ? y : with_sign(y, x);
}

template <class T> HWY_INLINE Numbers<T> load(const T* p) { return {hn::LoadU(Tag<T>(), p)}; }
template <class T> HWY_INLINE void store(Numbers<T> x, T* p) { hn::StoreU(x.v, Tag<T>(), p); }

// The first n numbers, n less than a vector: nothing beyond them is touched. The other lanes are 0.
#if HWY_MEM_OPS_MIGHT_FAULT && HWY_TARGET != HWY_AVX2
template <class T> HWY_INLINE Numbers<T> load_first(const T* p, std::size_t n) {
  HWY_ALIGN T all[hn::MaxLanes(Tag<T>())] = {};
  for (std::size_t i = 0; i < n; ++i) all[i] = p[i];
  return load(all);
}
template <class T> HWY_INLINE void store_first(Numbers<T> x, T* p, std::size_t n) {
  HWY_ALIGN T all[hn::MaxLanes(Tag<T>())];
  store(x, all);
  for (std::size_t i = 0; i < n; ++i) p[i] = all[i];
}
#else
template <class T> HWY_INLINE Numbers<T> load_first(const T* p, std::size_t n) {
  const Tag<T> d;
  return {hn::MaskedLoad(hn::FirstN(d, n), d, p)};
}
template <class T> HWY_INLINE void store_first(Numbers<T> x, T* p, std::size_t n) {
  const Tag<T> d;
  hn::BlendedStore(x.v, hn::FirstN(d, n), d, p);
}
#endif

}  // namespace gradus::highway::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif  // GRADUS_HIGHWAY_LANES_INL
