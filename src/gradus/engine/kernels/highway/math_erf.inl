// The error function. Polynomials by tests/engine/kernels/highway/erf_fit.py. Compiled once per instruction set.
#if defined(GRADUS_HIGHWAY_MATH_ERF_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef GRADUS_HIGHWAY_MATH_ERF_INL
#undef GRADUS_HIGHWAY_MATH_ERF_INL
#else
#define GRADUS_HIGHWAY_MATH_ERF_INL
#endif

#include <type_traits>

#include "gradus/engine/kernels/highway/math.inl"

HWY_BEFORE_NAMESPACE();
namespace gradus::highway::HWY_NAMESPACE {

/// c[0] + c[1] x + c[2] x^2 + ...
template <class T, std::size_t n> HWY_INLINE Numbers<T> polynomial(const T (&c)[n], Numbers<T> x) {
  Numbers<T> y = fill(c[n - 1]);
  for (std::size_t i = n - 1; i-- > 0;) y = multiply_add(y, x, fill(c[i]));
  return y;
}

// |x| <= 1: erf(x) / x in powers of x^2.
inline constexpr float erf_small_f32[] = {1.12837916584835095f,     -0.37612626666720331f,   0.112835947151602177f,
                                          -0.0268542120106264124f,  0.00518908742343397399f, -0.000801686428716586953f,
                                          0.0000787587506268548834f};
inline constexpr double erf_small_f64[] = {
    1.12837916709551257,    -0.376126389031835404,    0.112837916709450063,    -0.0268661706432377704,
    0.00522397760711642273, -0.000854832597538969208, 0.000120552949048397079, -0.0000149247369074196603,
    1.64474247033173624e-6, -1.62084838018717059e-7,  1.37200645467776856e-8,  -7.79589882700214224e-10};
// |x| > 1: e^(x^2) erfc(x) in powers of 1 / (|x| + 2).
inline constexpr float erf_large_f32[] = {0.00126269395671613771f, 0.530273393109548878f, 1.50352619033966401f,
                                          -0.196547610017643173f,  9.58366571657362016f,  -6.93343892157592803f};
inline constexpr double erf_large_f64[] = {
    1.62422847400775906e-7, 0.564177145864045804, 1.1288205669506492,   1.96503806533135245,  2.96506260761379159,
    1.11292725402788601,    12.4692696956959696,  -86.0235241240356991, 356.025434810281283,  -1304.87271176333936,
    3393.71928976118965,    -5751.74578192639801, 6141.24497387216399,  -3802.31933994000574, 1051.47759935451243};

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
