#include "gradus/learn/data/split.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tests/support/refusal.hpp"

namespace gradus::data {
namespace {

using test::expect_refusal;

std::vector<std::int64_t> shuffled(std::span<const std::int64_t> rows, std::uint64_t seed, std::uint64_t epoch) {
  std::vector<std::int64_t> order(rows.size());
  shuffle_rows(rows, seed, epoch, order);
  return order;
}

std::vector<std::int64_t> first_rows(std::int64_t count) {
  std::vector<std::int64_t> rows(static_cast<std::size_t>(count));
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

TEST(SplitRows, EveryRowIsInOnePart) {
  for (const std::int64_t rows : {1, 2, 5, 10, 1000}) {
    const Split split = split_rows(rows, 0.1, 3);
    EXPECT_EQ(static_cast<std::int64_t>(split.validation.size()), rows / 10);
    EXPECT_TRUE(std::is_sorted(split.train.begin(), split.train.end()));
    EXPECT_TRUE(std::is_sorted(split.validation.begin(), split.validation.end()));
    std::vector<std::int64_t> all = split.train;
    all.insert(all.end(), split.validation.begin(), split.validation.end());
    std::sort(all.begin(), all.end());
    EXPECT_EQ(all, first_rows(rows));
  }
}

TEST(SplitRows, DependsOnTheSeed) {
  EXPECT_EQ(split_rows(1000, 0.1, 3).validation, split_rows(1000, 0.1, 3).validation);
  EXPECT_NE(split_rows(1000, 0.1, 3).validation, split_rows(1000, 0.1, 4).validation);
  EXPECT_TRUE(split_rows(1000, 0, 3).validation.empty());
}

TEST(SplitRows, ARowMustBeLeft) {
  expect_refusal(
      Fault::usage, [] { split_rows(10, 1, 0); }, "1 of 10 rows");
  expect_refusal(
      Fault::usage, [] { split_rows(10, -0.1, 0); }, "-0.1");
  expect_refusal(
      Fault::usage, [] { split_rows(10, std::nan(""), 0); }, "nan");
  expect_refusal(
      Fault::usage, [] { split_rows(0, 0.1, 0); }, "0 rows");
}

TEST(ShuffleRows, APermutationOfSeedAndEpoch) {
  const auto rows = first_rows(1000);
  const auto order = shuffled(rows, 1, 0);
  EXPECT_NE(order, rows);
  EXPECT_EQ(order, shuffled(rows, 1, 0));
  EXPECT_NE(order, shuffled(rows, 1, 1));
  EXPECT_NE(order, shuffled(rows, 2, 0));
  auto sorted = order;
  std::sort(sorted.begin(), sorted.end());
  EXPECT_EQ(sorted, rows);
  EXPECT_TRUE(shuffled({}, 1, 0).empty());
}

TEST(ShuffleRows, EveryOrderIsEquallyLikely) {
  // 24 orders of 4 rows, 24,000 epochs: chi squared with 23 degrees of freedom is below 49.73 with probability 0.999.
  const auto rows = first_rows(4);
  std::vector<int> seen(256);
  for (std::uint64_t epoch = 0; epoch < 24'000; ++epoch) {
    const auto order = shuffled(rows, 7, epoch);
    ++seen[static_cast<std::size_t>(order[0] * 64 + order[1] * 16 + order[2] * 4 + order[3])];
  }
  double chi_squared = 0;
  int orders = 0;
  for (const int count : seen) {
    if (count == 0) continue;
    ++orders;
    chi_squared += (count - 1000.0) * (count - 1000.0) / 1000.0;
  }
  EXPECT_EQ(orders, 24);
  EXPECT_LT(chi_squared, 49.73);
}

}  // namespace
}  // namespace gradus::data
