#include "gradus/core/tensor/shape.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "gradus/core/base/error.hpp"

namespace gradus {
namespace {

constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();

TEST(CheckedMultiply, NoticesOverflow) {
  EXPECT_EQ(checked_multiply(3, 4), 12);
  EXPECT_EQ(checked_multiply(0, huge), 0);
  EXPECT_EQ(checked_multiply(huge, 2), std::nullopt);
  EXPECT_EQ(checked_multiply(-1, 2), std::nullopt);
}

TEST(Shape, CountsItsElements) {
  EXPECT_EQ(Shape{}.count(), 1);
  EXPECT_EQ((Shape{2, 3, 4}).count(), 24);
  EXPECT_EQ((Shape{2, 0, 4}).count(), 0);
  EXPECT_EQ(Shape{}.last(), 1);
  EXPECT_EQ((Shape{2, 5}).last(), 5);
  EXPECT_EQ(to_string(Shape{2, 3}), "[2,3]");
  EXPECT_EQ((Shape{2, 3}).with(0, 7), (Shape{7, 3}));
  EXPECT_FALSE((Shape{2}) == (Shape{2, 1}));
}

TEST(Shape, RefusesWhatDoesNotFit) {
  EXPECT_THROW((Shape{-1}), UserError);
  EXPECT_THROW((Shape{huge, huge}), UserError);
  EXPECT_THROW((Shape{0, huge, huge}), UserError) << "a zero must not hide an overflow";
  EXPECT_THROW((Shape{std::int64_t{1} << 62}), UserError);
  EXPECT_NO_THROW((Shape{std::int64_t{1} << 61}));
  EXPECT_THROW(Shape(std::vector<std::int64_t>(9, 1)), UserError);
  EXPECT_NO_THROW(Shape(std::vector<std::int64_t>(8, 1)));
}

TEST(Strides, AreRowMajor) {
  const auto s = strides({2, 3, 4});
  EXPECT_EQ(s[0], 12);
  EXPECT_EQ(s[1], 4);
  EXPECT_EQ(s[2], 1);
}

TEST(Broadcast, FollowsNumpysRule) {
  EXPECT_EQ(broadcast({2, 3}, {3}), (Shape{2, 3}));
  EXPECT_EQ(broadcast({4, 1}, {5}), (Shape{4, 5}));
  EXPECT_EQ(broadcast({}, {2}), (Shape{2}));
  EXPECT_EQ(broadcast({1}, {0}), (Shape{0}));
  EXPECT_EQ(broadcast({0, 1}, {1, 3}), (Shape{0, 3}));
  EXPECT_EQ(broadcast({2, 3}, {2}), std::nullopt);
  EXPECT_EQ(broadcast({2}, {0}), std::nullopt);
}

TEST(BroadcastStrides, StandStillAlongRepeatedAxes) {
  const auto s = broadcast_strides({3, 1}, {2, 3, 4});
  EXPECT_EQ(s[0], 0);
  EXPECT_EQ(s[1], 1);
  EXPECT_EQ(s[2], 0);
}

}  // namespace
}  // namespace gradus
