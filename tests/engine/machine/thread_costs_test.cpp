#include "gradus/engine/machine/thread_costs.hpp"

#include <gtest/gtest.h>

#include "gradus/engine/machine/thread_pool.hpp"

namespace gradus {
namespace {

TEST(ThreadCosts, OfOneThreadAreThoseOfARunAlone) {
  ThreadPool pool(1);
  const ThreadCosts costs = measure_threads(pool);
  EXPECT_GT(costs.run_ns, 0);
  EXPECT_EQ(costs.barrier_ns, 0);
  EXPECT_EQ(costs.line_ns, 0);
}

TEST(ThreadCosts, OfThreeThreadsAreMeasured) {
  ThreadPool pool(3);
  const ThreadCosts costs = measure_threads(pool);
  EXPECT_GT(costs.run_ns, 0);
  EXPECT_GT(costs.barrier_ns, 0);
  EXPECT_GE(costs.line_ns, 0);
}

}  // namespace
}  // namespace gradus
