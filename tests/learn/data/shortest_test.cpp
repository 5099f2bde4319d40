#include "gradus/learn/data/shortest.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace gradus::data {
namespace {

struct Case {
  double mean, deviation;
  DType dtype;
  double z, decimal;
};

#include "tests/learn/data/shortest.inl"

Encoder by(const Scaling& scaling) {
  Encoder out;
  out.recipe = standard_encoder();
  out.scaling = scaling;
  return out;
}

TEST(Shortest, DecodedIsWhatTryingEveryNumberOfDigitsFinds) {
  for (const Case& c : cases) {
    const Scaling scaling{c.mean, c.deviation, 0, 0};
    EXPECT_EQ(shortest_decoded(by(scaling), c.z, c.dtype), c.decimal) << c.mean << ' ' << c.deviation << ' ' << c.z;
  }
}

TEST(Shortest, TellsNeighborsApart) {
  const Scaling times{1.7e12, 9e5, 0, 0}, offset{1e7, 2, 0, 0};
  for (const Scaling& scaling : {times, offset}) {
    float z = -0.5F;
    for (int i = 0; i < 1000; ++i, z = std::nextafterf(z, 1)) {
      const auto next = std::nextafterf(z, 1);
      EXPECT_LT(shortest_decoded(by(scaling), static_cast<double>(z), DType::f32),
                shortest_decoded(by(scaling), static_cast<double>(next), DType::f32));
    }
  }
}

TEST(Shortest, OfF32HasItsDigits) {
  EXPECT_EQ(shortest(static_cast<double>(0.1F), DType::f32), 0.1);
  EXPECT_EQ(shortest(static_cast<double>(1.0F / 3), DType::f32), 0.33333334);
  EXPECT_EQ(shortest(static_cast<double>(2e-38F), DType::f32), 2e-38);
  EXPECT_EQ(shortest(1.0 / 3, DType::f64), 1.0 / 3);
}

TEST(Shortest, WhatIsNotFiniteStaysSo) {
  EXPECT_TRUE(std::isnan(shortest(NAN, DType::f32)));
  EXPECT_EQ(shortest_decoded(by({5, 2, 0, 0}), -INFINITY, DType::f32), -INFINITY);
  EXPECT_EQ(shortest_decoded(by({0, 1e300, 0, 0}), 1e30, DType::f64), INFINITY);
}

}  // namespace
}  // namespace gradus::data
