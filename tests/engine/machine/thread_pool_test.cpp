#include "gradus/engine/machine/thread_pool.hpp"

#include <gtest/gtest.h>

#include <array>

#include "gradus/engine/machine/cores.hpp"

namespace gradus {
namespace {

struct Cores {
  std::array<int, 2> of{};
  void look(ThreadPool& pool) {
    pool.run(
        2,
        [](void* self, int thread) {
          static_cast<Cores*>(self)->of[static_cast<std::size_t>(thread)] = current_core();
        },
        this);
  }
  bool shared() const { return of[0] == of[1]; }
};

TEST(ThreadPool, GatherMovesAThreadOffTheCoreOfAnother) {
  if (available_cores() < 2) GTEST_SKIP() << "one core";
  ThreadPool pool(2);
  int shared = 0, apart = 0;
  for (int i = 0; i < 500; ++i) {
    Cores cores;
    cores.look(pool);
    pool.run(
        2,
        [](void* first, int thread) {
          if (thread == 1) move_to_core(*static_cast<int*>(first));
        },
        cores.of.data());
    cores.look(pool);
    if (!cores.shared()) continue;  // the system has moved one already
    ++shared;
    pool.gather();
    cores.look(pool);
    apart += !cores.shared();
  }
  if (shared < 20) GTEST_SKIP() << "the system keeps the threads apart";
  EXPECT_GT(apart, shared / 2) << "of " << shared;
}

TEST(ThreadPool, GatherOfMoreThreadsThanCoresReturns) {
  ThreadPool pool(available_cores() + 3);
  for (int i = 0; i < 20; ++i) pool.gather();
}

}  // namespace
}  // namespace gradus
