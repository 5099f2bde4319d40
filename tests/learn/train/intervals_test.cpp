#include "gradus/learn/train/intervals.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace gradus {
namespace {

HeldOutErrors first_numbers(std::int64_t rows) {
  HeldOutErrors out{rows};
  for (std::int64_t k = 1; k <= std::min(rows, HeldOutErrors::most); ++k) {
    const std::int64_t rank = rows <= HeldOutErrors::most ? k : (k * rows + 999) / 1000;
    out.errors.push_back(static_cast<double>(rank));
  }
  return out;
}

// The ceil((n + 1) level)-th of n: Lei and others (2018), algorithm 2.
TEST(Intervals, TakeTheRankThatCoversNewRows) {
  EXPECT_EQ(error_at(first_numbers(9), 0.9), 9);
  EXPECT_EQ(error_at(first_numbers(8), 0.9), std::nullopt);
  EXPECT_EQ(error_at(first_numbers(19), 0.9), 18);
  EXPECT_EQ(error_at(first_numbers(19), 0.95), 19);
  EXPECT_EQ(error_at(first_numbers(99), 0.5), 50);
  EXPECT_EQ(error_at(first_numbers(1000), 0.9), 901);
  EXPECT_EQ(error_at(HeldOutErrors{}, 0.5), std::nullopt);
}

TEST(Intervals, OfManyRowsNeverBelowTheRank) {
  for (const std::int64_t rows : {1001, 2000, 12'345, 1'000'000}) {
    const HeldOutErrors errors = first_numbers(rows);
    for (const double level : {0.5, 0.8, 0.9, 0.95, 0.99}) {
      const double exact = std::ceil(static_cast<double>(rows + 1) * level - 1e-9);
      const auto found = error_at(errors, level);
      ASSERT_TRUE(found);
      EXPECT_GE(*found, exact) << rows << ' ' << level;
      EXPECT_LE(*found, exact + static_cast<double>(rows) / 1000 + 1) << rows << ' ' << level;
    }
  }
}

TEST(Intervals, SayHowManyRowsALevelNeeds) {
  EXPECT_EQ(rows_for(0.9), 9);
  EXPECT_EQ(rows_for(0.95), 19);
  EXPECT_EQ(rows_for(0.99), 99);
  EXPECT_EQ(rows_for(0.5), 1);
  for (const double level : {0.1, 0.5, 0.77, 0.9, 0.999}) {
    const std::int64_t rows = rows_for(level);
    EXPECT_TRUE(error_at(first_numbers(rows), level)) << level;
    if (rows > 1) {
      EXPECT_FALSE(error_at(first_numbers(rows - 1), level)) << level;
    }
  }
}

}  // namespace
}  // namespace gradus
