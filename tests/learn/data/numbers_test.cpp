#include "gradus/learn/data/numbers.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

namespace gradus::data {
namespace {

TEST(Numbers, ComeBackAsTheyWere) {
  Numbers numbers;
  std::vector<double> expected;
  for (std::size_t i = 0; i < 3 * Numbers::block_rows + 5; ++i) {
    const bool exact = i / Numbers::block_rows != 1;  // a block of numbers that f32 does not hold between others
    expected.push_back(exact ? static_cast<double>(i) : 0.1 * static_cast<double>(i));
    numbers.push_back(expected.back());
  }
  EXPECT_EQ(numbers, expected);
  EXPECT_EQ(numbers.size(), expected.size());
  EXPECT_EQ(numbers.back(), expected.back());
  EXPECT_THROW(numbers.at(expected.size()), std::out_of_range);
  Numbers copy = numbers;
  numbers.clear();
  EXPECT_TRUE(numbers.empty());
  EXPECT_EQ(copy, expected);
  EXPECT_TRUE(std::equal(copy.begin(), copy.end(), expected.begin(), expected.end()));
}

TEST(Numbers, TakeFourBytesWhereTheseAreEnough) {
  const double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  for (const double x : {1.5, 16777216.0, -inf, nan, 0.0, 0x1p-149}) {
    Numbers numbers;
    for (std::size_t i = 0; i < Numbers::block_rows; ++i) numbers.push_back(x);
    EXPECT_TRUE(numbers[7] == x || std::isnan(x)) << x;
    EXPECT_LT(numbers.bytes(), Numbers::block_rows * 13) << x;  // with the room for the next block
  }
  for (const double x : {0.1, 16777217.0, 1e300, 0x1p-150}) {
    Numbers numbers;
    for (std::size_t i = 0; i < Numbers::block_rows; ++i) numbers.push_back(x);
    EXPECT_EQ(numbers[7], x);
    EXPECT_GE(numbers.bytes(), Numbers::block_rows * 8) << x;
  }
}

}  // namespace
}  // namespace gradus::data
