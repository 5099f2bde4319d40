#include "gradus/engine/cpu/compile/pack.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace gradus {
namespace {

/// The rule said plainly: every value in turn, beside all those before it that live at a moment of its own.
std::size_t pack_slowly(std::vector<Interval>& intervals) {
  std::sort(intervals.begin(), intervals.end(),
            [](const Interval& a, const Interval& b) { return a.bytes != b.bytes ? a.bytes > b.bytes : a.id < b.id; });
  const auto lines = [](std::size_t bytes) { return (bytes + 63) / 64 * 64; };
  std::size_t total = 0;
  for (std::size_t i = 0; i < intervals.size(); ++i) {
    Interval& mine = intervals[i];
    const auto free = [&](std::size_t offset) {
      return std::none_of(
          intervals.begin(), intervals.begin() + static_cast<std::ptrdiff_t>(i), [&](const Interval& o) {
            const bool together = o.first <= mine.last && mine.first <= o.last;
            return together && offset < o.offset + lines(o.bytes) && o.offset < offset + lines(mine.bytes);
          });
    };
    mine.offset = 0;
    while (!free(mine.offset)) mine.offset += 64;
    total = std::max(total, mine.offset + lines(mine.bytes));
  }
  return total;
}

TEST(Pack, ValuesAliveAtOnceLieApartAndOthersShare) {
  std::vector<Interval> all{{0, 0, 1, 64}, {1, 1, 2, 100}, {2, 2, 3, 64}, {3, 7, 9, 1}};
  EXPECT_EQ(pack(all), 192u);
  EXPECT_EQ(all[0].id, 1);  // the largest
  EXPECT_EQ(all[0].offset, 0u);
  EXPECT_EQ(all[1].offset, 128u);
  EXPECT_EQ(all[2].offset, 128u);
  EXPECT_EQ(all[3].offset, 0u);
}

TEST(Pack, NothingAndEmptyValuesTakeNothing) {
  std::vector<Interval> none;
  EXPECT_EQ(pack(none), 0u);
  std::vector<Interval> empty{{0, 0, 5, 0}, {1, 0, 5, 64}, {2, 3, 4, 0}};
  EXPECT_EQ(pack(empty), 64u);
  for (const Interval& interval : empty) EXPECT_EQ(interval.offset, 0u);
}

TEST(Pack, IsFirstFitForAllLivesAndSizes) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    const int moments = 1 + static_cast<int>(random() % 40), sizes = 1 + static_cast<int>(random() % 5);
    std::vector<Interval> all;
    for (int id = 0; id < 1 + static_cast<int>(random() % 60); ++id) {
      const int first = static_cast<int>(random() % static_cast<unsigned>(moments));
      const int last = std::min(moments - 1, first + static_cast<int>(random() % (round % 2 ? 4 : 40)));
      all.push_back({id, first, last, random() % static_cast<unsigned>(sizes) * 50});
    }
    std::vector<Interval> expected = all;
    EXPECT_EQ(pack(all), pack_slowly(expected));
    for (std::size_t i = 0; i < all.size(); ++i) {
      ASSERT_EQ(all[i].id, expected[i].id);
      ASSERT_EQ(all[i].offset, expected[i].offset) << "round " << round << ", value " << all[i].id;
    }
  }
}

}  // namespace
}  // namespace gradus
