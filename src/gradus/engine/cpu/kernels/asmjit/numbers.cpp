#include "gradus/engine/cpu/kernels/asmjit/numbers.hpp"

#include <limits>
#include <span>

#include "gradus/engine/cpu/kernels/erf_polynomials.hpp"

namespace gradus::jit {
namespace {

Numbers refused(Numbers x) {
  x.code->refused = true;
  return x;
}
bool wide(Numbers x) { return x.form() == Form::f64; }

Numbers with_sign(Numbers size, Numbers sign) {
  return write(Kind::bit_or, size, write(Kind::bit_and, sign, like(sign, -0.0)));
}
Numbers infinity(Numbers x) { return like(x, std::numeric_limits<double>::infinity()); }
/// x kept within [low, high]; NaN becomes `low`.
Numbers keep_within(Numbers x, double low, double high) {
  x = select(x > like(x, low), x, like(x, low));
  return select(x < like(x, high), x, like(x, high));
}

/// e^x = 2^q (1 + p): q a whole number, p = e^r - 1 of the remainder r. The polynomial is Highway's.
struct Exponential {
  Numbers p, q;  // q: i32
};

Exponential split_exp(Numbers x) {
  const Numbers q = round(x * like(x, 1.442695040888963407359924681));
  Numbers r = negative_multiply_add(q, like(x, 0.693145751953125), x);
  r = negative_multiply_add(q, like(x, 1.428606765330187045e-6), r);
  constexpr double c[] = {0.5,
                          0.166666671633720397949219,
                          0.0416664853692054748535156,
                          0.00833336077630519866943359,
                          0.00139304355252534151077271,
                          0.000198527617612853646278381};
  const auto pair = [&](int i) { return multiply_add(like(x, c[i + 1]), r, like(x, c[i])); };
  const Numbers square = r * r;
  const Numbers high = multiply_add(pair(4), square, pair(2));
  const Numbers p = multiply_add(multiply_add(high, square, pair(0)), square, r);
  return {p, write(Kind::to_integer, q)};
}

/// 2^q for q of the exponents of normal numbers.
Numbers power_of_two(Numbers q) { return write(Kind::shift_left, write(Kind::add_integer, q, bits_like(q, 127)), 23); }
/// x 2^q in two steps, since 2^q alone may be out of range.
Numbers scale(Numbers x, Numbers q) {
  const Numbers half = write(Kind::shift_right, q, 1);
  return x * power_of_two(half) * power_of_two(write(Kind::subtract_integer, q, half));
}

/// 2^q p + (2^q - 1): exact but for two roundings. REQUIRES 2^q finite.
Numbers expm1_of(const Exponential& split) {
  const Numbers power = power_of_two(split.q);
  return multiply_add(power, split.p, power - like(power, 1));
}

}  // namespace

Numbers numbers_of(Truths x) {
  const Numbers any{x.code, x.code->number(0, x.form())};
  return select(x, like(any, 1), like(any, 0));
}

Truths truths_of(Numbers x) {
  const Line line = x.code->lines[static_cast<std::size_t>(x.line)];
  const bool chosen = line.kind == Kind::select && line.in[1] == like(x, 1).line && line.in[2] == like(x, 0).line;
  return chosen ? Truths{x.code, line.in[0]} : x != like(x, 0);
}

Numbers exp(Numbers x) {
  if (wide(x)) return refused(x);
  const Exponential split = split_exp(keep_within(x, -104, 89));  // 0 and infinity
  const Numbers y = scale(split.p + like(x, 1), split.q);
  return select(is_nan(x), x, y);
}

Numbers expm1(Numbers x) {
  if (wide(x)) return refused(x);
  const Exponential split = split_exp(keep_within(x, -20, 89));  // above 88 the 1 no longer counts
  const Numbers large = scale(split.p + like(x, 1), split.q);
  const Numbers y = select(x > like(x, 88), large, expm1_of(split));
  return select(is_nan(x) || x == like(x, 0), x, y);
}

Numbers tanh(Numbers x) {
  if (wide(x)) return refused(x);
  const Numbers size = keep_within(abs(x), 0, 20), y = expm1_of(split_exp(size + size));  // 1 from 20 on
  return select(is_nan(x), x, with_sign(y / (y + like(x, 2)), x));
}

/// x = 2^k m, m in [sqrt(1/2), sqrt 2); f = m - 1, s = f / (m + 1), ln m = 2 artanh s = f - s (f - R(s^2)), with what
/// rounds first subtracted last (the form and the polynomial are those of FreeBSD's logf).
Numbers log(Numbers x) {
  if (wide(x)) return refused(x);
  const Numbers zero = like(x, 0), one = like(x, 1);
  const Truths tiny = x < like(x, std::numeric_limits<float>::min());
  const Numbers bits = select(tiny, x * like(x, 8388608), x);
  const Numbers shifted = write(Kind::subtract_integer, bits, bits_like(x, 0x3f3504f3));
  const Numbers exponent = write(Kind::shift_right, shifted, 23);
  const Numbers m = write(Kind::subtract_integer, bits, write(Kind::shift_left, exponent, 23));
  const Numbers k = write(Kind::from_integer, exponent) - select(tiny, like(x, 23), zero);
  const Numbers f = m - one, s = f / (f + like(x, 2)), z = s * s, w = z * z;
  const Numbers even = w * multiply_add(w, like(x, 0.24279078841), like(x, 0.40000972152));
  const Numbers odd = z * multiply_add(w, like(x, 0.28498786688), like(x, 0.66666662693));
  const Numbers half_square = like(x, 0.5) * f * f;
  const Numbers low = multiply_add(s, half_square + (even + odd), k * like(x, 9.0580006145e-06));
  const Numbers y = multiply_add(k, like(x, 6.9313812256e-01), f - (half_square - low));
  const Numbers not_a_number = like(x, std::numeric_limits<double>::quiet_NaN());
  const Numbers special = select(x == zero, -infinity(x), select(x > zero, x, not_a_number));  // also for NaN, inf
  return select(x > zero && x < infinity(x), y, special);
}

/// ln(y) x / (y - 1) with y = 1 + x: the quotient undoes the rounding of y.
Numbers log1p(Numbers x) {
  if (wide(x)) return refused(x);
  const Numbers one = like(x, 1), y = x + one, logarithm = log(y);
  const Numbers usual = logarithm * (x / select(y == one, one, y - one));
  return select(y == one, x, select(x > like(x, -1) && x < infinity(x), usual, logarithm));
}

/// c[0] + c[1] x + c[2] x^2 + ...
template <class T> static Numbers polynomial(std::span<const T> c, Numbers x) {
  Numbers y = like(x, c.back());
  for (std::size_t i = c.size() - 1; i-- > 0;) y = multiply_add(y, x, like(x, c[i]));
  return y;
}

Numbers erf(Numbers x) {
  if (wide(x)) return refused(x);
  const Numbers size = abs(x), one = like(x, 1);
  const Truths near = size < one;
  const Numbers bounded = keep_within(size, 1, 6), inverse = one / (bounded + like(x, 2));
  const Numbers small = x * polynomial<float>(erf_small_f32, select(near, x * x, one));
  const Numbers large = one - exp(-(bounded * bounded)) * polynomial<float>(erf_large_f32, inverse);
  return select(is_nan(x), x, select(near, small, with_sign(large, x)));
}
Numbers sin(Numbers x) { return refused(x); }
Numbers cos(Numbers x) { return refused(x); }
Numbers pow(Numbers x, Numbers) { return refused(x); }

}  // namespace gradus::jit
