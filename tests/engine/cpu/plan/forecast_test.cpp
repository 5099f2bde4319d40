// Who has which blocks, how long that takes, and from when to when buffers live: on plans small enough for a pencil.
#include "gradus/engine/cpu/plan/forecast.hpp"

#include <gtest/gtest.h>

#include "gradus/core/ops/parse.hpp"
#include "gradus/engine/cpu/compile/pipeline.hpp"
#include "gradus/engine/cpu/plan/lifetimes.hpp"

namespace gradus {
namespace {

/// A region for each number of blocks, each of one step without operands that costs nothing by itself.
Plan plan_of(std::initializer_list<std::int64_t> blocks, double flops_a_block) {
  Plan plan;
  for (const std::int64_t count : blocks) {
    Step step;
    step.flops = flops_a_block * static_cast<double>(count);
    plan.regions.push_back({{{.rows = count, .block = 1, .steps = {step}}}});
  }
  return plan;
}

TEST(Divide, BlocksGoToThreadsInOrderAndEvenly) {
  const Plan plan = plan_of({7, 2}, 1e6);
  const std::vector<Share> shares = divide(plan, 3);
  ASSERT_EQ(shares.size(), 2U);
  EXPECT_FALSE(shares[0].serial);
  EXPECT_EQ(shares[0].begin, (std::vector<std::size_t>{0, 2, 5, 7}));
  EXPECT_EQ(shares[1].begin.front(), 0U);
  EXPECT_EQ(shares[1].begin.back(), 2U);
}

TEST(Divide, LittleWorkStaysWithOneThread) {
  const std::vector<Share> shares = divide(plan_of({4, 2}, 10), 2);
  for (const Share& share : shares) EXPECT_TRUE(share.serial);
  EXPECT_EQ(shares[0].begin, (std::vector<std::size_t>{0, 4}));
}

TEST(Divide, ASerialRegionBesideSharedOnesIsTheFirstThreads) {
  const std::vector<Share> shares = divide(plan_of({4, 1}, 1e6), 2);  // one block cannot be shared
  EXPECT_EQ(shares[0].begin, (std::vector<std::size_t>{0, 2, 4}));
  EXPECT_TRUE(shares[1].serial);
  EXPECT_EQ(shares[1].begin, (std::vector<std::size_t>{0, 1, 1}));
}

TEST(RoughCost, IsTheSlowerOfArithmeticAndMemoryAndTheCalls) {
  Step step;
  step.flops = 600, step.bytes = 25;
  const CoreSpeed speed{.flops_per_ns = 60, .bytes_per_ns = 25, .call_ns = 5, .sharing_ns = 0};
  EXPECT_DOUBLE_EQ(rough_cost(step, 4, speed), 10 + 4 * 5);
  step.bytes = 2500;
  EXPECT_DOUBLE_EQ(rough_cost(step, 1, speed), 100 + 5);
}

TEST(Forecast, IsTheLongestThreadsTimeAndTheBarriers) {
  const Plan plan = plan_of({5, 4}, 1e6);
  const double block_ns[] = {100, 10};
  const ThreadCosts costs{.run_ns = 7, .barrier_ns = 3, .line_ns = 0};
  const Forecast one = forecast(plan, block_ns, costs, 1);
  EXPECT_EQ(one.team, 1);
  EXPECT_DOUBLE_EQ(one.total_ns, 5 * 100 + 4 * 10);
  const Forecast two = forecast(plan, block_ns, costs, 2);
  EXPECT_EQ(two.team, 2);
  EXPECT_EQ(two.step_ns, (std::vector<double>{500, 40}));
  EXPECT_EQ(two.region_ns, (std::vector<double>{3 * 100 + 3, 2 * 10}));
  EXPECT_DOUBLE_EQ(two.total_ns, 303 + 20 + 7);
}

// relu of x's rows, then a product that reads all of it by columns.
const char* const two_regions = R"(%0 = input {name="x", type=f32[4096,64]} : f32[4096,64]
%1 = relu %0 : f32[4096,64]
%2 = transpose %1 {order=[1,0]} : f32[64,4096]
%3 = matmul %2 %0 : f32[64,64]
output %3 "y"
)";

TEST(Forecast, LinesThatAnotherCoreWroteCostMore) {
  const Plan plan = compile(parse(two_regions));
  const double block_ns = 1e6;
  const std::vector<double> blocks(step_count(plan), block_ns);
  const ThreadCosts costs{.run_ns = 0, .barrier_ns = 0, .line_ns = 1};
  ASSERT_EQ(plan.regions.size(), 2U);
  const auto half = [&](std::size_t region) {
    return block_ns * static_cast<double>(plan.regions[region].loops[0].blocks()) / 2;
  };
  EXPECT_DOUBLE_EQ(forecast(plan, blocks, costs, 1).total_ns, 2 * (half(0) + half(1)));
  // In region 2 each of two threads reads half the columns of relu(x): of these lines the other wrote half. The caller
  // wrote all of x: the second thread reads its half of the rows in region 1, and all of it in region 2.
  const double lines = 4096.0 * 64 * 4 / 64;
  const Forecast two = forecast(plan, blocks, costs, 2);
  EXPECT_DOUBLE_EQ(two.region_ns[0], half(0) + lines / 2);
  EXPECT_DOUBLE_EQ(two.region_ns[1], half(1) + lines / 4 + lines);
  const ThreadCosts far{.run_ns = 0, .barrier_ns = 0, .line_ns = 1e4};  // cores that are better left apart
  EXPECT_EQ(forecast(plan, blocks, far, 2).team, 1);
}

TEST(Lifetimes, CoverRegionsInTheArenaAndStepsInALoop) {
  const Plan plan = compile(parse(two_regions));
  const std::vector<Lifetime> lives = lifetimes(plan);
  EXPECT_EQ(region_starts(plan), (std::vector<int>{0, 1, 2}));
  int arena = 0;
  for (std::size_t b = 0; b < plan.buffers.size(); ++b) {
    if (plan.buffers[b].home != Home::arena) {
      EXPECT_EQ(lives[b].first, -1) << plan.buffers[b].name;
      continue;
    }
    ++arena;
    EXPECT_EQ(lives[b].first, 0);
    EXPECT_EQ(lives[b].last, 1);
  }
  EXPECT_EQ(arena, 1);
}

}  // namespace
}  // namespace gradus
