// x to the power y. f32 computes in f64; f64 takes the logarithm in two parts, so that y ln x is exact to far below one
// unit. Instruction sets without multiply-add ask the standard library. Compiled once per instruction set.
#if defined(GRADUS_HIGHWAY_MATH_POW_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef GRADUS_HIGHWAY_MATH_POW_INL
#undef GRADUS_HIGHWAY_MATH_POW_INL
#else
#define GRADUS_HIGHWAY_MATH_POW_INL
#endif

#include "gradus/engine/cpu/kernels/highway/math_erf.inl"

HWY_BEFORE_NAMESPACE();
namespace gradus::highway::HWY_NAMESPACE {

#if HWY_NATIVE_FMA && HWY_TARGET != HWY_SCALAR

/// The sum of two numbers, the second far smaller.
struct TwoParts {
  Numbers<double> high, low;
};

/// a + b exactly. REQUIRES |a| >= |b| or a = 0.
HWY_INLINE TwoParts add_exactly(Numbers<double> a, Numbers<double> b) {
  const auto sum = a + b;
  return {sum, (a - sum) + b};
}

HWY_INLINE TwoParts multiply_exactly(Numbers<double> a, Numbers<double> b) {
  const auto product = a * b;
  return {product, {hn::MulSub(a.v, b.v, product.v)}};
}

HWY_INLINE TwoParts multiply(TwoParts a, TwoParts b) {
  const auto [high, low] = multiply_exactly(a.high, b.high);
  return {high, multiply_add(a.high, b.low, multiply_add(a.low, b.high, low))};
}

/// ln x = k ln 2 + 2 artanh(s), s = (m - 1) / (m + 1), x = 2^k m with m near 1; to about 2^-64 of it.
/// REQUIRES 0 < x < infinity.
HWY_INLINE TwoParts log_in_two_parts(Numbers<double> x) {
  const Tag<double> d;
  const hn::RebindToSigned<Tag<double>> di;
  const auto one = like(x, 1), two = like(x, 2);
  const auto denormal = x < like(x, 2.2250738585072014e-308);
  const auto bits = hn::BitCast(di, select(denormal, x * like(x, 18014398509481984.0), x).v);
  const auto exponent = hn::ShiftRight<52>(hn::Sub(bits, hn::Set(di, 0x3FE6A09E667F3BCD)));
  const Numbers<double> m{hn::BitCast(d, hn::Sub(bits, hn::ShiftLeft<52>(exponent)))};
  const auto k = Numbers<double>{hn::ConvertTo(d, exponent)} - select(denormal, like(x, 54), like(x, 0));

  const auto f = m - one, sum = m + one, sum_low = m - (sum - one), s = f / sum;
  const Numbers<double> left{hn::NegMulAdd(s.v, sum_low.v, hn::NegMulAdd(s.v, sum.v, f.v))};
  const TwoParts root{s, left / sum};
  auto [z, z_low] = multiply_exactly(s, s);
  z_low = multiply_add(two * s, root.low, z_low);
  // 2 artanh(s) = 2 s + s z (2/3 + z (2/5 + 2/7 z + ...)); 2/3 in two parts.
  static constexpr double tail[] = {2.0 / 5,  2.0 / 7,  2.0 / 9,  2.0 / 11, 2.0 / 13, 2.0 / 15,
                                    2.0 / 17, 2.0 / 19, 2.0 / 21, 2.0 / 23, 2.0 / 25};
  const auto rest = polynomial(tail, z);
  auto u = add_exactly(like(x, 2.0 / 3), z * rest);
  u.low = multiply_add(z_low, rest, u.low + like(x, 3.70074341541718826e-17));
  const auto cubic = multiply(root, multiply(TwoParts{z, z_low}, u));
  // ln 2 in two parts, the first short enough that k times it is exact.
  const auto first = add_exactly(k * like(x, 0.693147180559890330187045037746429443), two * s);
  const auto second = add_exactly(first.high, cubic.high);
  const auto low = multiply_add(k, like(x, 5.49792301870837115524e-14),
                                multiply_add(two, root.low, (first.low + second.low) + cubic.low));
  return add_exactly(second.high, low);
}

/// |x|^y without regard to the sign of x. REQUIRES x >= 0 or NaN.
HWY_INLINE Numbers<double> power_of_size(Numbers<double> x, Numbers<double> y) {
  const auto zero = like(x, 0), inf = infinity<double>();
  const auto usual = x > zero && x < inf && abs(y) < inf;
  const auto log_x = log_in_two_parts(select(usual, x, like(x, 2)));
  const auto [high, low] = multiply_exactly(y, log_x.high);
  const auto sign = select(x < like(x, 1), like(x, -1), like(x, 1));  // of ln x
  const auto exponent = select(usual, high, select(is_nan(x), x, y * (sign * inf)));
  const auto moderate = usual && abs(exponent) < like(x, 746);
  const auto rest = select(moderate, multiply_add(y, log_x.low, low), zero);

  hn::impl::ExpImpl<double> impl;
  const Tag<double> d;
  const auto bounded = keep_within(exponent, -746, 710);
  const auto q = split_exp(bounded).q;
  const Numbers<double> r = Numbers<double>{impl.ExpReduce(d, bounded.v, q)} + rest;
  const Numbers<double> p{impl.ExpPoly(d, r.v)};
  const Numbers<double> result{impl.LoadExpShortRange(d, (p + like(x, 1)).v, q)};
  const auto big = exponent > like(x, 710), tiny = exponent < like(x, -746);
  return select(is_nan(exponent), exponent, select(big, inf, select(tiny, zero, result)));
}

HWY_INLINE Numbers<float> power_of_size(Numbers<float> x, Numbers<float> y) {
  const hn::Half<Tag<float>> half;
  const Tag<float> d;
  const Tag<double> dd;
  const auto power = [&](auto base, auto exponent) HWY_ATTR {
    const Numbers<double> b{hn::PromoteTo(dd, base)}, e{hn::PromoteTo(dd, exponent)};
    return hn::DemoteTo(half, exp(e * log(b)).v);
  };
  return {hn::Combine(d, power(hn::UpperHalf(half, x.v), hn::UpperHalf(half, y.v)),
                      power(hn::LowerHalf(half, x.v), hn::LowerHalf(half, y.v)))};
}

template <class T> HWY_NOINLINE Numbers<T> pow(Numbers<T> x, Numbers<T> y) {
  const auto one = like(x, 1), zero = like(x, 0), half = y * like(y, 0.5);
  const auto size = abs(x);
  const auto whole = floor(y) == y, odd = whole && floor(half) != half;
  auto power = power_of_size(size, y);
  power = select(odd, with_sign(power, x), power);
  power = select(x < zero && size < infinity<T>() && !whole, not_a_number<T>(), power);
  return select(y == zero || x == one || (size == one && abs(y) == infinity<T>()), one, power);
}

#else

template <class T> HWY_NOINLINE Numbers<T> pow(Numbers<T> x, Numbers<T> y) {
  constexpr std::size_t width = hn::MaxLanes(Tag<T>());
  HWY_ALIGN T base[width];
  HWY_ALIGN T exponent[width];
  store(x, base);
  store(y, exponent);
  for (std::size_t i = 0; i < width; ++i) base[i] = std::pow(base[i], exponent[i]);
  return load(base);
}

#endif

}  // namespace gradus::highway::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif  // GRADUS_HIGHWAY_MATH_POW_INL
