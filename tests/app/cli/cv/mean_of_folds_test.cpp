#include "gradus/app/cli/cv/mean_of_folds.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace gradus::cli {
namespace {

metric::Results scores(double accuracy, double error) {
  return {{.name = "accuracy", .label = "accuracy", .unit = metric::Unit::share, .number = accuracy},
          {.name = "mae", .label = "mean error", .unit = metric::Unit::target, .number = error}};
}

TEST(MeanOfFolds, MeanSpreadAndInterval) {
  const std::vector<metric::Results> folds{scores(0.7, 1), scores(0.9, 2), scores(0.8, 3)};
  const std::vector<MeanScore> made = mean_of_folds(folds, 0.5);
  ASSERT_EQ(made.size(), 2U);
  EXPECT_DOUBLE_EQ(*made[1].mean.number, 2);
  EXPECT_DOUBLE_EQ(made[1].spread, 1);
  const double reach = 4.302652729911275 * std::sqrt(1.0 / 3 + 0.5);  // t of 2 degrees of freedom
  EXPECT_NEAR(made[1].mean.interval->high, 2 + reach, 1e-9);
  EXPECT_EQ(made[1].mean.interval->low, 0) << "no error is below 0";
  EXPECT_EQ(made[0].mean.interval->high, 1) << "no share is above 1";
  EXPECT_NEAR(made[0].spread, 0.1, 1e-12);
}

TEST(MeanOfFolds, DifferencesArePairedAndNotCut) {
  const std::vector<metric::Results> a{scores(0.7, 1), scores(0.9, 2)}, b{scores(0.6, 3), scores(0.8, 4)};
  const std::vector<MeanScore> made = mean_of_differences(a, b, 0.25);
  EXPECT_NEAR(*made[0].mean.number, 0.1, 1e-12);
  EXPECT_NEAR(made[0].spread, 0, 1e-12) << "the same in each fold";
  EXPECT_NEAR(made[1].mean.interval->low, -2, 1e-12);
}

TEST(MeanOfFolds, WhatIsUndefinedInAFoldIsLeftOut) {
  std::vector<metric::Results> folds{scores(0.7, 1), scores(0.9, 3),
                                     scores(0.5, std::numeric_limits<double>::infinity())};
  folds[0][0].number.reset(), folds[0][0].undefined = "rows of one class";
  const std::vector<MeanScore> made = mean_of_folds(folds, 0.5);
  EXPECT_EQ(made[0].folds, 2);
  EXPECT_DOUBLE_EQ(*made[0].mean.number, 0.7);
  EXPECT_EQ(made[0].mean.undefined, "rows of one class") << "why one fold has none";
  EXPECT_EQ(made[1].folds, 2);
  EXPECT_DOUBLE_EQ(*made[1].mean.number, 2);
  folds[1][0].number.reset(), folds[2][0].number.reset();
  const std::vector<MeanScore> none = mean_of_folds(folds, 0.5);
  EXPECT_FALSE(none[0].mean.number);
  EXPECT_EQ(none[0].mean.undefined, "rows of one class");
  const std::vector<metric::Results> single{scores(1, 1)};
  EXPECT_FALSE(mean_of_folds(single, 0.5)[0].mean.interval) << "one fold has no spread";
}

TEST(MeanOfFolds, TablesAreAddedUpByName) {
  const auto table = [](std::vector<std::string> names, std::vector<std::int64_t> counts) {
    return metric::Results{
        {.name = "confusion", .label = "c", .table = metric::Table{names, names, std::move(counts)}}};
  };
  const std::vector<metric::Results> folds{table({"a", "b"}, {1, 2, 3, 4}), table({"b", "c"}, {10, 20, 30, 40})};
  const metric::Table sum = *mean_of_folds(folds, 0.5)[0].mean.table;
  EXPECT_EQ(sum.rows, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(sum.counts, (std::vector<std::int64_t>{1, 2, 0, 3, 14, 20, 0, 30, 40}));
}

}  // namespace
}  // namespace gradus::cli
