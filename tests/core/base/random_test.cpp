#include "gradus/core/base/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <vector>

#include "gradus/core/base/error.hpp"

namespace gradus {
namespace {

using Words = std::array<std::uint32_t, 4>;

// tests/kat_vectors of Random123 (D. E. Shaw Research), lines "philox4x32 10".
TEST(Philox, GivesThePublishedVectors) {
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(RandomBlock, PacksTheCounterAsStated) {
  const RandomKey key{0x299f31d0a4093822, 0x85a313198a2e, 0x03707344};  // the third vector again
  EXPECT_EQ(random_block(key, 0x08d3243f6a88), (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(RandomBits, AreTwoWordsOfABlock) {
  EXPECT_EQ(random_bits(0, 0, 0, 0), 0x6627e8d5e169c58du);
  EXPECT_EQ(random_bits(0, 0, 0, 1), 0xbc57ac4c9b00dbd8u);
}

TEST(RandomBlock, SequencesDoNotMeet) {
  std::set<Words> seen;
  int drawn = 0;
  for (std::uint64_t seed : {0u, 1u}) {
    for (std::uint64_t step : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 32, std::uint64_t{1} << 47}) {
      for (std::uint32_t stream : {0u, 1u, 0xffffffffu}) {
        for (std::uint64_t block = 0; block < 1000; ++block, ++drawn)
          seen.insert(random_block({seed, step, stream}, block));
      }
    }
  }
  EXPECT_EQ(static_cast<int>(seen.size()), drawn);
}

template <class T> struct Drawn { std::vector<T> uniform, normal; };

template <class T> const Drawn<T>& million() {
  static const Drawn<T> drawn = [] {
    Drawn<T> d{std::vector<T>(1000000), std::vector<T>(1000000)};
    fill_uniform({42, 7, 1}, 0, std::span<T>(d.uniform));
    fill_normal({42, 7, 2}, 0, std::span<T>(d.normal));
    return d;
  }();
  return drawn;
}

template <class T> class Distribution : public testing::Test {};
using Floats = testing::Types<float, double>;
TYPED_TEST_SUITE(Distribution, Floats);

struct Moments {
  double mean = 0, variance = 0, skew = 0, fourth = 0;
};

template <class T> Moments moments(const std::vector<T>& x) {
  Moments m;
  const auto n = static_cast<double>(x.size());
  for (T value : x) m.mean += value / n;
  for (T value : x) {
    const double d = value - m.mean;
    m.variance += d * d / n, m.skew += d * d * d / n, m.fourth += d * d * d * d / n;
  }
  return m;
}

/// Kolmogorov and Smirnov's distance times sqrt(n): above 1.95 once in a thousand samples.
template <class T, class F> double distance(std::vector<T> x, F&& distribution) {
  std::sort(x.begin(), x.end());
  double most = 0;
  const auto n = static_cast<double>(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double at = distribution(x[i]), rank = static_cast<double>(i);
    most = std::max({most, at - rank / n, (rank + 1) / n - at});
  }
  return most * std::sqrt(n);
}

TYPED_TEST(Distribution, UniformIsUniform) {
  const auto& x = million<TypeParam>().uniform;
  const Moments m = moments(x);
  EXPECT_NEAR(m.mean, 0.5, 4 * std::sqrt(1 / 12.0 / 1e6));
  EXPECT_NEAR(m.variance, 1 / 12.0, 4 * std::sqrt(1 / 180.0 / 1e6));
  EXPECT_LT(distance(x, [](double v) { return v; }), 1.95);
  EXPECT_GE(*std::min_element(x.begin(), x.end()), 0);
  EXPECT_LT(*std::max_element(x.begin(), x.end()), 1);
}

TYPED_TEST(Distribution, NormalIsNormal) {
  const auto& x = million<TypeParam>().normal;
  const Moments m = moments(x);
  EXPECT_NEAR(m.mean, 0, 4e-3);
  EXPECT_NEAR(m.variance, 1, 4 * std::sqrt(2 / 1e6));
  EXPECT_NEAR(m.skew, 0, 4 * std::sqrt(15 / 1e6));
  EXPECT_NEAR(m.fourth, 3, 4 * std::sqrt(96 / 1e6));
  EXPECT_LT(distance(x, [](double v) { return 0.5 * std::erfc(-v / std::sqrt(2.0)); }), 1.95);
}

TYPED_TEST(Distribution, NeighborsAndStreamsAreNotCorrelated) {
  const auto& x = million<TypeParam>().normal;
  std::vector<TypeParam> other(x.size());
  fill_normal({42, 7, 3}, 0, std::span<TypeParam>(other));
  for (std::size_t lag : {1u, 2u, 4u}) {
    double product = 0;
    for (std::size_t i = lag; i < x.size(); ++i) product += double(x[i]) * x[i - lag];
    EXPECT_NEAR(product / 1e6, 0, 4e-3) << "lag " << lag;
  }
  double product = 0;
  for (std::size_t i = 0; i < x.size(); ++i) product += double(x[i]) * other[i];
  EXPECT_NEAR(product / 1e6, 0, 4e-3);
}

TYPED_TEST(Distribution, PartsAreTheWhole) {
  const auto& whole = million<TypeParam>();
  for (std::size_t first : {0u, 1u, 2u, 3u, 5u, 999u}) {
    for (std::size_t count : {0u, 1u, 2u, 3u, 4u, 7u, 64u}) {
      std::vector<TypeParam> part(count);
      fill_uniform({42, 7, 1}, first, std::span<TypeParam>(part));
      EXPECT_TRUE(std::equal(part.begin(), part.end(), whole.uniform.begin() + static_cast<std::ptrdiff_t>(first)));
      fill_normal({42, 7, 2}, first, std::span<TypeParam>(part));
      EXPECT_TRUE(std::equal(part.begin(), part.end(), whole.normal.begin() + static_cast<std::ptrdiff_t>(first)));
    }
  }
}

TEST(FillUniform, TakesTheTopBits) {
  float f[4];
  fill_uniform({}, 0, std::span<float>(f));
  EXPECT_EQ(f[0], 0x6627e8p-24f);
  EXPECT_EQ(f[3], 0x9b00dbp-24f);
  double d[2];
  fill_uniform({}, 0, std::span<double>(d));
  EXPECT_EQ(d[0], std::ldexp(static_cast<double>(0x6627e8d5e169c58du >> 11), -53));
}

TEST(FillBernoulli, HasTheProbabilityAskedFor) {
  std::vector<std::uint8_t> x(1000000), part(17);
  for (double p : {0.0, 0.1, 0.5, 0.9, 1.0}) {
    fill_bernoulli({3, 1, 4}, 0, p, x);
    const auto ones = static_cast<double>(std::count(x.begin(), x.end(), 1));
    EXPECT_NEAR(ones / 1e6, p, 4 * std::sqrt(p * (1 - p) / 1e6));
    fill_bernoulli({3, 1, 4}, 501, p, part);
    EXPECT_TRUE(std::equal(part.begin(), part.end(), x.begin() + 501));
  }
  EXPECT_THROW(fill_bernoulli({}, 0, 1.5, x), InternalError);
  EXPECT_THROW(fill_bernoulli({}, 0, std::numeric_limits<double>::quiet_NaN(), x), InternalError);
}

TEST(RandomBelow, StaysBelowAndReachesAll) {
  std::array<int, 6> count{};
  for (std::uint64_t i = 0; i < 60000; ++i) ++count.at(random_below({1, 2, 3}, i, 6));
  for (int c : count) EXPECT_NEAR(c, 10000, 4 * std::sqrt(60000 * 5 / 36.0));
  EXPECT_EQ(random_below({1, 2, 3}, 9, 1), 0u);
}

TEST(Random, RefusesWhatTheCounterCannotHold) {
  float out[2];
  EXPECT_THROW(fill_uniform({0, random_limit, 0}, 0, std::span<float>(out)), InternalError);
  EXPECT_THROW(fill_uniform({}, 2 * random_limit - 1, std::span<float>(out)), InternalError);
  EXPECT_NO_THROW(fill_uniform({0, random_limit - 1, 0}, 2 * random_limit - 2, std::span<float>(out)));
}

struct Quantile {
  double q, value;
};

// From random_oracle.py.
constexpr Quantile quantiles[] = {
    {0x1.0000000000000p-30, 2.3344794983332983e-09}, {0x1.999999999999ap-4, 0.25334710313579983},
    {0x1.0000000000000p-2, 0.6744897501960817},      {0x1.b318fc504816fp-2, 1.43882539275254},
    {0x1.b333333333333p-2, 1.439531470938456},       {0x1.b335d249e44fap-2, 1.4396021182393162},
    {0x1.ccccccccccccdp-2, 1.6448536269514729},      {0x1.ffe5c91d14e3cp-2, 3.7190164854557084},
    {0x1.ffffffeed1f41p-2, 5.997807010584733},       {0x1.fffffffe00000p-2, 6.3379577545537895},
    {0x1.fffffffffb9a2p-2, 7.0344869100478356},      {0x1.fffffffffffffp-2, 8.292361075813595},
};

TEST(NormalQuantile, AgreesWithFortyDigits) {
  for (const auto& [q, value] : quantiles) {
    EXPECT_NEAR(normal_quantile(q), value, 2e-15 * value) << q;
    EXPECT_EQ(normal_quantile(-q), -normal_quantile(q));
  }
  EXPECT_EQ(normal_quantile(0), 0);
}

TEST(NormalQuantile, NeverFallsAlongTheLine) {
  double last = -10;
  for (int i = -4999999; i < 5000000; i += 7) {
    const double z = normal_quantile(i * 1e-7);
    ASSERT_GT(z, last) << i;
    last = z;
  }
}

TEST(PortableLog, IsWithinTwoUlp) {
  double worst = 0;
  const auto compare = [&](double x) {
    const double y = std::log(x), ulp = std::nextafter(std::fabs(y), 1e300) - std::fabs(y);
    worst = std::max(worst, std::fabs(portable_log(x) - y) / ulp);
  };
  for (int i = 1; i < 200000; ++i)
    compare(i * 1e-5), compare(std::ldexp(1 + i / 200000.0, -i % 1022)), compare(1e5 * i);
  EXPECT_LE(worst, 2);
  EXPECT_EQ(portable_log(1), 0);
}

}  // namespace
}  // namespace gradus
