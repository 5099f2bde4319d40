#include "gradus/core/base/float_mode.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace gradus {
namespace {

double half_of_smallest() {
  volatile double smallest = std::numeric_limits<double>::min();
  return smallest / 2;
}

TEST(FlushDenormals, FlushesAndRestores) {
  EXPECT_GT(half_of_smallest(), 0);
  {
    const FlushDenormals outer;
#if defined(__x86_64__) || defined(__aarch64__)
    EXPECT_EQ(half_of_smallest(), 0);
    { const FlushDenormals inner; }
    EXPECT_EQ(half_of_smallest(), 0) << "the inner guard restores the outer mode";
#endif
  }
  EXPECT_GT(half_of_smallest(), 0);
}

}  // namespace
}  // namespace gradus
