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

std::vector<std::int64_t> counts_in(std::span<const std::int64_t> rows, std::span<const std::int64_t> classes) {
  std::vector<std::int64_t> out(static_cast<std::size_t>(*std::max_element(classes.begin(), classes.end())) + 1);
  for (const std::int64_t row : rows) ++out[static_cast<std::size_t>(classes[static_cast<std::size_t>(row)])];
  return out;
}

TEST(SplitByClass, EveryClassKeepsItsShare) {
  // 600, 300, 95 and 5 rows, a tenth held back: 60, 30, 9.5 and 0.5, of which the tenth of all leaves one for a half.
  std::vector<std::int64_t> classes;
  for (std::int64_t i = 0; i < 1000; ++i) classes.push_back(i < 600 ? 0 : i < 900 ? 1 : i < 995 ? 2 : 3);
  for (const std::uint64_t seed : {0, 1, 2, 3, 4, 5, 6, 7}) {
    const Split split = split_by_class(classes, 0.1, seed);
    EXPECT_EQ(split.validation.size(), 100U);
    const auto held = counts_in(split.validation, classes);
    EXPECT_EQ(held[0], 60);
    EXPECT_EQ(held[1], 30);
    EXPECT_EQ(held[2] + (held.size() > 3 ? held[3] : 0), 10);
    EXPECT_GE(held[2], 9);
    std::vector<std::int64_t> all = split.train;
    all.insert(all.end(), split.validation.begin(), split.validation.end());
    std::sort(all.begin(), all.end());
    EXPECT_EQ(all, first_rows(1000));
    check(split, 1000);
  }
  EXPECT_NE(split_by_class(classes, 0.1, 1).validation, split_by_class(classes, 0.1, 2).validation);
}

TEST(SplitByClass, LeavesARowOfEveryClassToTrainOn) {
  std::vector<std::int64_t> classes;
  for (std::int64_t i = 0; i < 60; ++i) classes.push_back(i % 20);       // 3 rows each
  for (std::int64_t i = 0; i < 40; ++i) classes.push_back(20 + i % 40);  // a single row each
  for (const double fraction : {0.1, 0.3, 0.39, 0.4, 0.9}) {
    const Split split = split_by_class(classes, fraction, 3);
    for (const std::int64_t count : counts_in(split.train, classes)) EXPECT_GE(count, 1);
    // No more than two of each three can be held back.
    EXPECT_EQ(split.validation.size(), std::min<std::size_t>(static_cast<std::size_t>(100 * fraction), 40));
  }
}

TEST(SplitByClass, DoesNotDependOnTheNumbersOfTheClasses) {
  std::vector<std::int64_t> classes, others;
  for (std::int64_t i = 0; i < 500; ++i) {
    classes.push_back(i * i % 7);
    others.push_back(100 - 3 * (i * i % 7));
  }
  EXPECT_EQ(split_by_class(classes, 0.2, 9).validation, split_by_class(others, 0.2, 9).validation);
  // One class alone is split as rows without classes are.
  const std::vector<std::int64_t> one(500, 4);
  EXPECT_EQ(split_by_class(one, 0.2, 9).validation, split_rows(500, 0.2, 9).validation);
  expect_refusal(
      Fault::usage, [&] { split_by_class(classes, 1, 0); }, "1 of 500 rows");
}

TEST(SplitCheck, RefusesWhatIsNoSplit) {
  EXPECT_NO_THROW(check({{0, 2}, {1}}, 3));
  for (const auto& [split, words] :
       {std::pair(Split{{}, {1}}, "no rows to train on"), std::pair(Split{{2, 0}, {}}, "another order"),
        std::pair(Split{{0, 3}, {}}, "row 3"), std::pair(Split{{0, 1}, {1}}, "row 1 twice")}) {
    expect_refusal(
        Fault::usage, [&, part = split] { check(part, 3); }, words);
  }
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
