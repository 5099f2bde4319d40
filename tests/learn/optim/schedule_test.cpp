#include "gradus/learn/optim/schedule.hpp"

#include <gtest/gtest.h>

#include "gradus/core/base/error.hpp"

namespace gradus::optim {
namespace {

TEST(Schedule, ConstantIsOne) { EXPECT_EQ(constant().factor(17, 100), 1.0); }

TEST(Schedule, CosineFallsFromOneToItsEnd) {
  const Schedule s = cosine({.final = 0.1});
  EXPECT_DOUBLE_EQ(s.factor(0, 100), 1.0);
  EXPECT_DOUBLE_EQ(s.factor(50, 100), 0.55);  // half way: the middle of 1 and 0.1
  EXPECT_DOUBLE_EQ(s.factor(100, 100), 0.1);
  EXPECT_DOUBLE_EQ(s.factor(1000, 100), 0.1);
}

TEST(Schedule, WarmUpRisesInEqualSteps) {
  const Schedule s = cosine({.warm_up = 0.1});
  for (int step = 0; step < 10; ++step) EXPECT_DOUBLE_EQ(s.factor(step, 100), (step + 1) / 10.0);
  EXPECT_DOUBLE_EQ(s.factor(10, 100), 1.0);
  EXPECT_DOUBLE_EQ(s.factor(55, 100), 0.5);
}

TEST(Schedule, RefusesSharesOutOfRange) {
  EXPECT_THROW(cosine({.warm_up = 1}), UserError);
  EXPECT_THROW(cosine({.final = -0.1}), UserError);
  EXPECT_THROW(find_schedule("cosine x"), UserError);
  EXPECT_THROW(find_schedule("cosin"), UserError);
}

TEST(FindSchedule, ReadsItsWarmUp) {
  EXPECT_EQ(find_schedule("constant").text, "constant");
  EXPECT_EQ(find_schedule("cosine 0.05").text, "cosine, warm-up 0.05");
}

}  // namespace
}  // namespace gradus::optim
