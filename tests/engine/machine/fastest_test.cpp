// Fastest on times that are made up.
#include "gradus/engine/machine/fastest.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace gradus::testing {
namespace {

struct Counts {
  std::vector<int> runs;  // by way
  double spent = 0;
};

/// `count` runs, of which each takes what its way takes.
Counts run(Fastest& fastest, const std::vector<double>& times, int count) {
  Counts out{.runs = std::vector<int>(times.size())};
  for (int i = 0; i < count; ++i) {
    const auto way = static_cast<std::size_t>(fastest.way());
    ++out.runs[way];
    out.spent += times[way];
    fastest.ran(fastest.wants_time() ? times[way] : 0);
  }
  return out;
}

TEST(Fastest, OneWayIsNeverTimed) {
  Fastest fastest(1);
  for (int i = 0; i < 5000; ++i) {
    EXPECT_EQ(fastest.way(), 0);
    EXPECT_FALSE(fastest.wants_time());
    fastest.ran();
  }
}

TEST(Fastest, FindsTheFastestWhereverItIs) {
  for (const std::vector<double>& times : {std::vector<double>{1e3, 3e3, 2e3}, {3e3, 1e3, 2e3}, {3e3, 2e3, 1e3}}) {
    Fastest fastest(3);
    const Counts counts = run(fastest, times, 20000);
    EXPECT_LT(counts.spent, 1.02 * 1e3 * 20000);  // 1 % for trials, and the first ones, which come sooner
    EXPECT_GT(counts.runs[0], 0);
    EXPECT_GT(counts.runs[2], 0);
  }
}

TEST(Fastest, NoticesWhenAnotherBecomesFaster) {
  Fastest fastest(2);
  run(fastest, {2e3, 3e3}, 20000);
  run(fastest, {2e3, 1e3}, 7000);  // its own way goes on as before: at most one stretch without a trial
  const Counts counts = run(fastest, {2e3, 1e3}, 10000);
  EXPECT_GT(counts.runs[1], 9900);
}

TEST(Fastest, NoticesAtOnceWhenItsWayBecomesSlower) {
  Fastest fastest(2);
  run(fastest, {1e3, 2e3}, 20000);
  const Counts counts = run(fastest, {3e3, 2e3}, 1000);
  EXPECT_LT(counts.runs[0], 100);
}

TEST(Fastest, GoesOnWhereAllBecomeSlower) {
  Fastest fastest(2);
  run(fastest, {1e3, 2e3}, 20000);
  const Counts counts = run(fastest, {4e3, 8e3}, 20000);
  EXPECT_LT(counts.runs[1], 200);
}

TEST(Fastest, StaysWithWhatIsAsFast) {
  Fastest fastest(2);
  run(fastest, {1e3, 1e3}, 2000);
  const Counts counts = run(fastest, {1e3, 0.99e3}, 10000);
  EXPECT_GT(counts.runs[0], 9900);
}

TEST(Fastest, OneSlowRunDecidesNothing) {
  Fastest fastest(2);
  for (int i = 0; i < 8; ++i)
    fastest.ran(i == 2 ? 1e6 : fastest.way() == 0 ? 1e3 : 2e3);  // as when a core is taken away
  EXPECT_FALSE(fastest.wants_time());
  EXPECT_EQ(fastest.way(), 0);
}

TEST(Fastest, TriesLongRunsOnce) {
  Fastest fastest(3);
  const std::vector<double> times{1e8, 5e7, 6e7};
  run(fastest, times, 3);
  EXPECT_FALSE(fastest.wants_time());
  EXPECT_EQ(fastest.way(), 1);
}

}  // namespace
}  // namespace gradus::testing
