// Numeric derivatives along a line: as good as they say.
#include "gradus/core/grad/line.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace gradus {
namespace {

struct Known {
  const char* name;
  double (*f)(double);
  double at, derivative;
};

const Known smooth[] = {
    {"sin", [](double x) { return std::sin(x); }, 0.7, 0.76484218728448842626},
    {"exp", [](double x) { return std::exp(x); }, 2, 7.3890560989306502272},
    {"tanh", [](double x) { return std::tanh(x); }, -1.5, 0.18070663892364858},
    {"log", [](double x) { return std::log(x); }, 1e-6, 1e6},
    {"cube", [](double x) { return x * x * x; }, -4, 48},
    {"offset", [](double x) { return 1e9 + std::sin(x); }, 0.7, 0.76484218728448842626},
};

Line line_of(const Known& known) {
  Line out;
  out.y = [&known](double step) { return known.f(known.at + step); };
  out.here = known.f(known.at), out.scale = std::max(1.0, std::abs(known.at));
  if (std::abs(known.at) < 1.0 / 256) out.edge = std::abs(known.at);
  return out;
}

TEST(Differences, TheErrorEstimateBoundsTheError) {
  for (const Known& known : smooth) {
    const Line line = line_of(known);
    Differences found(line);
    while (found.refine()) {
    }
    for (const Estimate& slope : {found.central(), found.right().slope, found.left().slope}) {
      EXPECT_LE(std::abs(slope.value - known.derivative), 4 * slope.error) << known.name << " " << slope.value;
      EXPECT_LE(slope.error, 1e-4 * std::abs(known.derivative)) << known.name;
    }
  }
}

TEST(Differences, EachSideHasItsOwnSlope) {
  const Line line{[](double t) { return t > 0 ? 3 * t : std::sin(t); }, 0, 1, 0, true};
  Differences found(line);
  while (found.refine()) {
  }
  EXPECT_NEAR(found.right().slope.value, 3, 1e-9);
  EXPECT_NEAR(found.left().slope.value, 1, 1e-9);
}

TEST(Differences, LeavingTheDomainAndGrowingSlopes) {
  const Line line{[](double t) { return std::sqrt(t); }, 0, 1, 0, true};
  Differences found(line);
  while (found.refine()) {
  }
  EXPECT_FALSE(found.left().finite);
  EXPECT_TRUE(found.right().finite && found.right().steeper);
  EXPECT_GT(found.right().slope.error, 0.05 * std::abs(found.right().slope.value));
}

TEST(Differences, ALargeStepKnowsNothingOfASmallKink) {  // the kink is 1e-7 away
  const Line line{[](double t) { return 1 + std::max(0.0, t - 1e-7); }, 1, 1, 0, false};
  Differences found(line);
  while (found.refine()) {
  }
  EXPECT_NEAR(found.right().slope.value, 0, 1e-6);
}

}  // namespace
}  // namespace gradus
