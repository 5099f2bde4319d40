#include "gradus/learn/nn/metrics.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace gradus::nn {
namespace {

TEST(Accuracy, CountsOverBatchesOfAnySize) {
  Accuracy a;
  a.add(Tensor::from({3, 2}, {1, 0, 0, 1, 0.5, 0.5}, DType::f32), Tensor::from({3}, {0, 1, 1}, DType::i64));
  a.add(Tensor::from({1, 2}, {-1, -2}, DType::f32), Tensor::from({1}, {0}, DType::i64));
  EXPECT_EQ(a.rows, 4);
  EXPECT_EQ(a.correct, 3);  // the tie of row 3 goes to class 0
}

TEST(Accuracy, OfOneOutputIsAboveAHalf) {
  Accuracy a;
  a.add(Tensor::from({3, 1}, {0.5, 0.51, 0.2}), Tensor::from({3}, {0, 1, 1}, DType::i64));
  EXPECT_EQ(a.correct, 2);
}

TEST(Accuracy, WhatIsNotFiniteIsNoClass) {
  Accuracy a;
  a.add(Tensor::from({3, 2}, {NAN, 0, 0, NAN, 0, INFINITY}, DType::f32), Tensor::from({3}, {0, 0, 1}, DType::i64));
  EXPECT_EQ(a.correct, 0);
  EXPECT_EQ(class_of(Tensor::from({1, 1}, {NAN}), 0), -1);
}

TEST(NotFinite, CountsAndNamesRows) {
  NotFinite found;
  const Tensor rows = Tensor::from({3, 2}, {0, NAN, 1, 2, -INFINITY, 0}, DType::f32);
  for (int round = 0; round < 20; ++round) {
    for (std::int64_t row = 0; row < 3; ++row) found.add(rows, row, 3 * round + row + 1);
  }
  EXPECT_EQ(found.count, 40);
  EXPECT_EQ(found.named, (std::vector<std::int64_t>{1, 3, 4, 6, 7, 9, 10, 12, 13, 15}));
}

// Newcombe 1998, table I: 81 of 263 and 0 of 20, method 3.
TEST(Wilson, IsNewcombesTable) {
  EXPECT_NEAR(wilson(81, 263).low, 0.2553, 5e-5);
  EXPECT_NEAR(wilson(81, 263).high, 0.3662, 5e-5);
  EXPECT_EQ(wilson(0, 20).low, 0);
  EXPECT_NEAR(wilson(0, 20).high, 0.1611, 5e-5);
}

// sklearn.metrics' documentation: mean_squared_error, mean_absolute_error and r2_score of these rows.
TEST(Errors, AreScikitLearns) {
  Errors e;
  e.add(Tensor::from({3, 1}, {2.5, 0, 2}), Tensor::from({3, 1}, {3, -0.5, 2}));
  e.add(Tensor::from({1, 1}, {8}), Tensor::from({1, 1}, {7}));
  EXPECT_DOUBLE_EQ(e.mse(), 0.375);
  EXPECT_DOUBLE_EQ(e.mae(), 0.5);
  EXPECT_NEAR(*e.r2(), 0.9486081370449679, 1e-15);
}

// The nearest f32 to 0.1 is 0.100000001490116...; the target is told apart from it in f64.
TEST(Errors, AreTakenInF64) {
  Errors e;
  e.add(Tensor::from({1, 1}, {0.1}, DType::f32), Tensor::from({1, 1}, {0.1}, DType::f64));
  EXPECT_NEAR(e.mae(), 1.490116119e-9, 1e-17);
}

TEST(Errors, HaveNoR2OfAConstantTarget) {
  Errors e;
  e.add(Tensor::from({2, 1}, {1, 2}), Tensor::from({2, 1}, {5, 5}));
  EXPECT_FALSE(e.r2());
}

}  // namespace
}  // namespace gradus::nn
