#include "gradus/core/base/rounded.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace gradus {
namespace {

TEST(Rounded, IsShortWhereArithmeticIsNot) {
  EXPECT_EQ(rounded(1e30 / 10), "1e+29");  // in full 1.0000000000000001e+29
  EXPECT_EQ(rounded(0.7 / 10), "0.07");    // 0.06999999999999999
  EXPECT_EQ(rounded(0.1 + 0.2), "0.3");
  EXPECT_EQ(rounded(1234.5), "1230");
  EXPECT_EQ(rounded(1.0 / 3, 5), "0.33333");
  EXPECT_EQ(rounded(-2e-310), "-2e-310");
  EXPECT_EQ(rounded(0), "0");
  EXPECT_EQ(rounded(HUGE_VAL), "inf");
  EXPECT_EQ(rounded(std::nan("")), "nan");
}

}  // namespace
}  // namespace gradus
