// Stretches of work on a team: every item once, one stretch after the other, whoever is late.
#include "gradus/engine/machine/work_sharing.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "gradus/engine/machine/thread_pool.hpp"

namespace gradus {
namespace {

/// Counts how often each item is done, and whether an item of an earlier stretch was undone when it was.
struct Counts {
  explicit Counts(std::vector<std::size_t> sizes) {
    for (std::size_t size : sizes) done.push_back(std::vector<std::atomic<int>>(size));
  }
  static void job(void* self, std::size_t stretch, std::size_t item, int thread) {
    Counts& of = *static_cast<Counts*>(self);
    if (thread == of.slow_thread) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    if (stretch > 0) {
      for (const std::atomic<int>& before : of.done[stretch - 1]) {
        if (before.load() <= of.done[stretch][item].load()) of.early = true;
      }
    }
    ++of.done[stretch][item];
    of.by_others += thread != 0;
  }
  std::vector<std::vector<std::atomic<int>>> done;
  std::atomic<bool> early = false;
  std::atomic<int> by_others = 0;
  int slow_thread = -1;
};

std::vector<Stretch> stretches(int team, const std::vector<std::size_t>& sizes) {
  std::vector<Stretch> out;
  for (std::size_t size : sizes) {
    Stretch stretch{.serial = size == 1, .begin = {}};
    for (int t = 0; t <= team; ++t)
      stretch.begin.push_back(size * static_cast<std::size_t>(t) / static_cast<std::size_t>(team));
    out.push_back(std::move(stretch));
  }
  return out;
}

TEST(WorkSharing, DoesEveryItemOnceInTheOrderOfStretches) {
  const std::vector<std::size_t> sizes{7, 1, 64, 0, 3, 1, 1, 20};
  for (int team : {1, 2, 3, 5, 16}) {
    ThreadPool pool(team);
    const std::vector<Stretch> work = stretches(team, sizes);
    Counts counts(sizes);
    constexpr int runs = 300;
    for (int run = 0; run < runs; ++run) pool.run(work, Counts::job, &counts);
    EXPECT_FALSE(counts.early);
    for (const auto& stretch : counts.done)
      for (const std::atomic<int>& item : stretch) ASSERT_EQ(item, runs) << team;
  }
}

TEST(WorkSharing, TakesMoreItemsThanAWordCounts) {
  const std::vector<std::size_t> sizes{200001, 70000};
  ThreadPool pool(2);
  struct Sum {
    std::atomic<std::size_t> of[2] = {0, 0};
  } sum;
  pool.run(
      stretches(2, sizes),
      [](void* s, std::size_t stretch, std::size_t item, int) { static_cast<Sum*>(s)->of[stretch] += item; }, &sum);
  EXPECT_EQ(sum.of[0], std::size_t{200000} * 200001 / 2);
  EXPECT_EQ(sum.of[1], std::size_t{69999} * 70000 / 2);
}

TEST(WorkSharing, DoesTheItemsOfAThreadThatIsStuck) {
  ThreadPool pool(2);
  const std::vector<std::size_t> sizes{40};
  Counts counts(sizes);
  counts.slow_thread = 1;
  pool.run(stretches(2, sizes), Counts::job, &counts);
  for (const std::atomic<int>& item : counts.done[0]) EXPECT_EQ(item, 1);
  EXPECT_LT(counts.by_others, 20) << "all of the slow thread's items waited for it";
}

TEST(WorkSharing, LockstepAndStretchesTakeTurns) {
  ThreadPool pool(3);
  Counts counts({9});
  std::atomic<int> met = 0;
  for (int i = 0; i < 100; ++i) {
    pool.run(stretches(3, {9}), Counts::job, &counts);
    pool.run(
        3, [](void* m, int) { ++*static_cast<std::atomic<int>*>(m); }, &met);
  }
  EXPECT_EQ(met, 300);
  for (const std::atomic<int>& item : counts.done[0]) EXPECT_EQ(item, 100);
}

}  // namespace
}  // namespace gradus
