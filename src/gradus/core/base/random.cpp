#include "gradus/core/base/random.hpp"

#include <bit>
#include <cmath>

#include "gradus/core/base/error.hpp"

namespace gradus {
namespace {

void check(const RandomKey& key, std::uint64_t first, std::size_t count) {
  require(key.step < random_limit, "random numbers of a step beyond 2^48");
  require(first < 2 * random_limit && count <= 2 * random_limit - first, "random numbers beyond element 2^49");
}

/// out[i] = number(word), each block drawn once.
template <class T, class F>
void fill_from_words(const RandomKey& key, std::uint64_t first, std::span<T> out, F&& number) {
  check(key, first, out.size());
  std::size_t done = 0;
  while (done < out.size()) {
    const std::uint64_t element = first + done;
    const auto words = random_block(key, element / 4);
    for (std::size_t word = element % 4; word < 4 && done < out.size(); ++word) out[done++] = number(words[word]);
  }
}

/// out[i] = number(64 bits), each block drawn once.
template <class F> void fill_from_bits(const RandomKey& key, std::uint64_t first, std::span<double> out, F&& number) {
  check(key, first, out.size());
  std::size_t done = 0;
  while (done < out.size()) {
    const std::uint64_t element = first + done;
    const auto words = random_block(key, element / 2);
    for (std::size_t word = element % 2 * 2; word < 4 && done < out.size(); word += 2) {
      out[done++] = number(std::uint64_t{words[word]} << 32 | words[word + 1]);
    }
  }
}

/// Horner's rule, highest power first.
template <std::size_t n> double polynomial(const double (&coefficients)[n], double x) {
  double y = coefficients[0];
  for (std::size_t i = 1; i < n; ++i) y = y * x + coefficients[i];
  return y;
}

// PPND16's coefficients, highest power first: |q| <= 0.425, then r = sqrt(-ln p) <= 5, then above.
constexpr double middle_over[] = {2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4,
                                  4.5921953931549871457e4, 1.3731693765509461125e4, 1.9715909503065514427e3,
                                  1.3314166789178437745e2, 3.3871328727963666080e0};
constexpr double middle_under[] = {
    5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4,
    5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1.0};
constexpr double near_over[] = {7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
                                1.27045825245236838258e0,  3.64784832476320460504e0,  5.76949722146069140550e0,
                                4.63033784615654529590e0,  1.42343711074968357734e0};
constexpr double near_under[] = {
    1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1,
    6.89767334985100004550e-1, 1.67638483018380384940e0,  2.05319162663775882187e0,  1.0};
constexpr double far_over[] = {2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
                               2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580e0,
                               5.46378491116411436990e0,  6.65790464350110377720e0};
constexpr double far_under[] = {
    2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
    1.48753612908506148525e-2,  1.36929880922735805310e-1, 5.99832206555887937690e-1, 1.0};

/// The middle of part `u` of `2 half` equal parts of (0, 1), less 1/2; exact for half <= 2^52.
double centered(double u, double half) { return (u - half + 0.5) * (0.5 / half); }

}  // namespace

std::uint64_t random_below(const RandomKey& key, std::uint64_t element, std::uint64_t limit) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>(Wide{random_bits(key, element)} * limit >> 64);
}

double portable_log(double x) {
  constexpr double ln2_high = 6.93147180369123816490e-01, ln2_low = 1.90821492927058770002e-10;  // high: 21 zero bits
  constexpr double artanh[] = {1.0 / 23, 1.0 / 21, 1.0 / 19, 1.0 / 17, 1.0 / 15, 1.0 / 13,
                               1.0 / 11, 1.0 / 9,  1.0 / 7,  1.0 / 5,  1.0 / 3};
  // Adding the distance from sqrt(1/2) to 1 carries into the exponent exactly when the mantissa is above sqrt(2).
  constexpr std::uint64_t one = 0x3ff0000000000000, root_half = 0x3fe6a09e667f3bcd;
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(x) + (one - root_half);
  const auto k = static_cast<double>(static_cast<std::int64_t>(bits >> 52) - 1023);
  const double m = std::bit_cast<double>((bits & 0x000fffffffffffff) + root_half);
  const double s = (m - 1) / (m + 1), z = s * s;
  return k * ln2_high + (2 * s + (2 * s * z * polynomial(artanh, z) + k * ln2_low));
}

double normal_quantile(double q) {
  const double distance = std::fabs(q);
  if (distance <= 0.425) {
    const double r = 0.180625 - q * q;
    return q * polynomial(middle_over, r) / polynomial(middle_under, r);
  }
  const double r = std::sqrt(-portable_log(0.5 - distance));
  const double size = r <= 5 ? polynomial(near_over, r - 1.6) / polynomial(near_under, r - 1.6)
                             : polynomial(far_over, r - 5) / polynomial(far_under, r - 5);
  return q < 0 ? -size : size;
}

void fill_uniform(const RandomKey& key, std::uint64_t first, std::span<float> out) {
  fill_from_words(key, first, out, [](std::uint32_t word) { return static_cast<float>(word >> 8) * 0x1p-24f; });
}

void fill_uniform(const RandomKey& key, std::uint64_t first, std::span<double> out) {
  fill_from_bits(key, first, out, [](std::uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1p-53; });
}

void fill_normal(const RandomKey& key, std::uint64_t first, std::span<float> out) {
  fill_from_words(key, first, out, [](std::uint32_t word) {
    return static_cast<float>(normal_quantile(centered(static_cast<double>(word), 0x1p31)));
  });
}

void fill_normal(const RandomKey& key, std::uint64_t first, std::span<double> out) {
  fill_from_bits(key, first, out,
                 [](std::uint64_t bits) { return normal_quantile(centered(static_cast<double>(bits >> 11), 0x1p52)); });
}

void fill_bernoulli(const RandomKey& key, std::uint64_t first, double p, std::span<std::uint8_t> out) {
  require(p >= 0 && p <= 1, "a probability outside [0, 1]");
  const auto below = static_cast<std::uint64_t>(p * 0x1p32 + 0.5);
  fill_from_words(key, first, out, [&](std::uint32_t word) { return static_cast<std::uint8_t>(word < below); });
}

}  // namespace gradus
