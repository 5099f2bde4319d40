#include "gradus/core/base/byte_size.hpp"

#include <gtest/gtest.h>

namespace gradus {
namespace {

TEST(ExactSize, SaysEveryByte) {
  EXPECT_EQ(exact_size(0), "0B");
  EXPECT_EQ(exact_size(999), "999B");
  EXPECT_EQ(exact_size(1000), "1KB");
  EXPECT_EQ(exact_size(1024), "1.024KB");
  EXPECT_EQ(exact_size(1500000), "1.5MB");
  EXPECT_EQ(exact_size(1000001), "1.000001MB");
  EXPECT_EQ(exact_size(2300000000), "2.3GB");
  EXPECT_EQ(exact_size(1048576), "1.048576MB");
}

TEST(EnoughSize, IsRoundedUpToFourDigits) {
  EXPECT_EQ(enough_size(1), "1B");
  EXPECT_EQ(enough_size(9999), "9.999KB");
  EXPECT_EQ(enough_size(10000), "10KB");
  EXPECT_EQ(enough_size(10001), "10.01KB");
  EXPECT_EQ(enough_size(1496213), "1.497MB");
  EXPECT_EQ(enough_size(1497000), "1.497MB");
  EXPECT_EQ(enough_size(99990001), "100MB");
  EXPECT_EQ(enough_size(123456789012), "123.5GB");
}

}  // namespace
}  // namespace gradus
