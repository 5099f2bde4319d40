#include "gradus/engine/machine/cores.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include <filesystem>
#include <vector>

#include "gradus/engine/machine/thread_pool.hpp"
#include "tests/support/temporary_folder.hpp"

namespace gradus {
namespace {

TEST(CpuQuota, OfVersion2IsTheLeastFromTheGroupUp) {
  const test::TemporaryFolder root;
  std::filesystem::create_directories(root.path() + "/a/b");
  root.write("a/cpu.max", "150000 100000\n");
  root.write("a/b/cpu.max", "max 100000\n");
  EXPECT_DOUBLE_EQ(cpu_quota("0::/a/b\n", root.path()), 1.5);
  EXPECT_DOUBLE_EQ(cpu_quota("0::/a\n", root.path()), 1.5);
  EXPECT_DOUBLE_EQ(cpu_quota("0::/\n", root.path()), 0);
  root.write("a/b/cpu.max", "50000 100000\n");
  EXPECT_DOUBLE_EQ(cpu_quota("0::/a/b\n", root.path()), 0.5);
}

TEST(CpuQuota, OfVersion1IsAQuotientOfTwoFiles) {
  const test::TemporaryFolder root;
  std::filesystem::create_directories(root.path() + "/cpu,cpuacct/job");
  root.write("cpu,cpuacct/job/cpu.cfs_quota_us", "300000\n");
  root.write("cpu,cpuacct/job/cpu.cfs_period_us", "100000\n");
  const std::string memberships = "5:memory:/job\n4:cpu,cpuacct:/job\n0::/\n";
  EXPECT_DOUBLE_EQ(cpu_quota(memberships, root.path()), 3);
  root.write("cpu,cpuacct/job/cpu.cfs_quota_us", "-1\n");
  EXPECT_DOUBLE_EQ(cpu_quota(memberships, root.path()), 0);
}

TEST(CpuQuota, OfTextsThatAreNoneIsNone) {
  const test::TemporaryFolder root;
  root.write("cpu.max", "garbage");
  for (const char* text : {"", "\n", "x", "0::", "::", ":cpu", "0::/../..\n\n"}) {
    EXPECT_EQ(cpu_quota(text, root.path()), 0) << text;
  }
}

TEST(AvailableCores, FollowTheAffinityMask) {
  cpu_set_t before;
  ASSERT_EQ(sched_getaffinity(0, sizeof before, &before), 0);
  cpu_set_t one;
  CPU_ZERO(&one);
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &before)) continue;
    CPU_SET(cpu, &one);
    break;
  }
  ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
  EXPECT_EQ(available_cores(), 1);
  ThreadPool pool(4);  // four threads on one core take turns
  std::atomic<int> met{0};
  for (int run = 0; run < 50; ++run) {
    pool.run(
        4, [](void* count, int) { static_cast<std::atomic<int>*>(count)->fetch_add(1); }, &met);
  }
  EXPECT_EQ(met.load(), 200);
  ASSERT_EQ(sched_setaffinity(0, sizeof before, &before), 0);
  EXPECT_GE(available_cores(), 1);
}

TEST(MoveToCore, TakesAThreadToEachOfItsCoresAndLeavesItsMask) {
  cpu_set_t before, after;
  ASSERT_EQ(sched_getaffinity(0, sizeof before, &before), 0);
  std::vector<int> taken;
  for (int core = another_core(taken); core >= 0; core = another_core(taken)) {
    taken.push_back(core);
    bool there = false;  // until the system moves it on
    for (int i = 0; i < 100 && !there; ++i) {
      ASSERT_TRUE(move_to_core(core));
      there = current_core() == core;
    }
    EXPECT_TRUE(there) << core;
  }
  EXPECT_EQ(static_cast<int>(taken.size()), CPU_COUNT(&before));
  ASSERT_EQ(sched_getaffinity(0, sizeof after, &after), 0);
  EXPECT_TRUE(CPU_EQUAL(&before, &after));
}

TEST(MoveToCore, RefusesACoreOutsideTheMask) {
  EXPECT_FALSE(move_to_core(-1));
  EXPECT_FALSE(move_to_core(1 << 20));
  EXPECT_FALSE(move_to_core(CPU_SETSIZE - 1));
}

}  // namespace
}  // namespace gradus
