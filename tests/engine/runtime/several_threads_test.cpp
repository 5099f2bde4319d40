// One engine, several threads of the caller: each with its own program, all with the right numbers.
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <limits>
#include <thread>

#include "gradus/core/ops/index.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/matmul.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/core/ops/reduce.hpp"
#include "gradus/engine/cpu/runtime/cpu_backend.hpp"
#include "gradus/engine/machine/thread_costs.hpp"
#include "gradus/engine/machine/thread_pool.hpp"
#include "gradus/engine/runtime/evaluate.hpp"
#include "gradus/engine/runtime/program.hpp"
#include "tests/support/refusal.hpp"

namespace gradus {
namespace {

/// Calls body(0), body(1), ... on a thread each, all at once.
void on_threads(int count, const std::function<void(int)>& body) {
  std::atomic<int> ready{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < count; ++t) {
    threads.emplace_back([&, t] {
      ++ready;
      while (ready < count) std::this_thread::yield();
      body(t);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

/// A step that is worth sharing: y = x w, then w' = w + x' (y > 0) / 256, on 256 rows. For x = c and w > 0 every number
/// of w grows by c in each run, exactly.
Graph growing(DType dtype) {
  Graph g;
  const Value x = g.input("x", {256, 96}, dtype), w = g.state({.name = "w", .type = {dtype, {96, 160}}});
  const Value y = matmul(x, w);
  g.next(w, w + matmul(transpose(x), cast(greater(y, constant_like(y, 0)), dtype)) / 256.0);
  g.output("y", sum(y));
  return g;
}

TEST(OneEngine, RunsAProgramForEachOfSeveralThreads) {
  constexpr int runs = 120;
  for (const int threads : {1, 2, 3, 5}) {
    Engine engine({.threads = threads});
    on_threads(4, [&](int t) {
      const double c = 0.5 * (t + 1);
      Program program(engine, {growing(t % 2 ? DType::f64 : DType::f32)});
      const Type type = program.input(0, "x").type();
      for (std::int64_t i = 0; i < type.shape.count(); ++i) program.input(0, "x").set(i, c);
      program.write("w", Tensor::full({type.dtype, {96, 160}}, 1));
      for (int run = 0; run < runs; ++run) {
        program.run(0);
        // The sum over 256 rows and 160 columns of 96 c (1 + c run).
        ASSERT_EQ(program.output(0, "y").number(), 256.0 * 160 * 96 * c * (1 + c * run)) << t << " run " << run;
      }
      const Tensor w = program.read("w");
      for (std::int64_t i = 0; i < w.count(); ++i) ASSERT_EQ(w.number(i), 1 + c * runs) << t;
    });
  }
}

TEST(OneEngine, CompilesForSeveralThreads) {
  Engine engine({.threads = 2});
  on_threads(6, [&](int t) {
    for (int i = 0; i < 4; ++i) {
      Graph g;
      const Value x = g.input("x", {64, 8 + t}, DType::f32), w = g.input("w", {8 + t, 40}, DType::f32);
      const Value y = relu(matmul(x, w)) * 2.0;
      const auto got = evaluate(engine, {y, sum(y)}, {{x, Tensor::full(x.type(), 1)}, {w, Tensor::full(w.type(), i)}});
      ASSERT_EQ(got[0].number(2559), 2.0 * (8 + t) * i);
      ASSERT_EQ(got[1].number(), 2560 * 2.0 * (8 + t) * i);
    }
  });
}

TEST(OneEngine, AnErrorReachesTheThreadWhoseItIs) {
  constexpr int runs = 60;
  Engine engine({.threads = 3});
  on_threads(3, [&](int t) {
    Graph g;
    const Value table = g.input("table", {50, 300}, DType::f64), at = g.input("at", {512}, DType::i64);
    const Value rows = gather(table, at);
    g.output("sums", sum(rows * rows, {1}));
    Program program(engine, {g});
    for (std::int64_t i = 0; i < 15000; ++i) program.input(0, "table").set(i, static_cast<double>(i / 300));
    for (std::int64_t i = 0; i < 512; ++i) program.input(0, "at").set(i, static_cast<double>(i % 50));
    for (int run = 0; run < runs; ++run) {
      const bool wrong = t > 0 && run % t == 0;
      program.input(0, "at").set(300, wrong ? 50 + t : 7);
      if (wrong) {
        test::expect_refusal(
            Fault::data, [&] { program.run(0); }, std::to_string(50 + t));
        continue;
      }
      program.run(0);
      ASSERT_EQ(program.output(0, "sums").number(300), 300.0 * 49);
      ASSERT_EQ(program.output(0, "sums").number(511), 300.0 * 121);
    }
  });
}

TEST(OneEngine, IsProfiledAndMeasuredWhileOthersUseIt) {
  Engine engine({.threads = 2});
  std::atomic<bool> done{false};
  on_threads(3, [&](int t) {
    if (t == 0) {
      Program program(engine, {growing(DType::f32)});
      EXPECT_GT(profile(program.code(), program.state(), program.context(), 0, 0.02).runs, 0);
      EXPECT_FALSE(time_blocks(program.code(), program.state(), program.context(), 0, 0.01).empty());
      EXPECT_GT(measure_threads(engine.pool()).run_ns, 0);
      done = true;
      return;
    }
    Program program(engine, {growing(DType::f32)});
    program.write("w", Tensor::full({DType::f32, {96, 160}}, 1));
    for (std::int64_t i = 0; i < 256 * 96; ++i) program.input(0, "x").set(i, 0.25);
    int runs = 0;
    while (!done || runs < 3) program.run(0), ++runs;
    EXPECT_EQ(program.read("w").number(0), 1 + 0.25 * runs);
  });
}

TEST(ThreadPoolTurn, IsOneThreadsAtATime) {
  ThreadPool pool(2);
  {
    const ThreadPool::Turn turn = pool.try_turn();
    EXPECT_TRUE(turn);
    EXPECT_FALSE(pool.try_turn());
    on_threads(2, [&](int) { EXPECT_FALSE(pool.try_turn()); });
  }
  std::atomic<int> inside{0}, most{0};
  on_threads(4, [&](int) {
    for (int i = 0; i < 200; ++i) {
      const ThreadPool::Turn turn = pool.wait_turn();
      most = std::max(most.load(), ++inside);
      --inside;
    }
  });
  EXPECT_EQ(most, 1);
  EXPECT_TRUE(pool.try_turn());
}

// An op that runs the program that it is in, as another thread might.
Program* running = nullptr;
std::string refusal;

const Op reenter{.name = "reenter",
                 .doc = "Runs the program that it is in.",
                 .rule = "none",
                 .infer = [](Types in, const Attrs&) { return in[0]; },
                 .evaluate =
                     [](Views in, View out, const Attrs&) {
                       out.set(0, in[0].number() + 1);
                       try {
                         running->run(0);
                       } catch (const UserError& error) {
                         refusal = error.what();
                       }
                     }};

TEST(Program, NoticesASecondRunOfItself) {
  Graph g;
  g.output("y", apply(reenter, {g.input("x")}));
  Engine engine({.threads = 1});
  Program program(engine, {g});
  running = &program;
  program.run(0);
  EXPECT_TRUE(refusal.starts_with("program: found a run while another thread runs it; ")) << refusal;
  refusal.clear();
  program.input(0, "x").set(0, 4);
  program.run(0);
  EXPECT_FALSE(refusal.empty());
  EXPECT_EQ(program.output(0, "y").number(), 5);
}

TEST(Program, UsesNoMoreThreadsThanItIsAllowed) {
  Engine engine({.threads = 5});
  for (const int threads : {0, 1, 2, 9}) {
    Program program(engine, {growing(DType::f32)}, {.threads = threads});
    for (std::int64_t i = 0; i < 256 * 96; ++i) program.input(0, "x").set(i, 0.5);
    program.write("w", Tensor::full({DType::f32, {96, 160}}, 1));
    for (int run = 0; run < 40; ++run) program.run(0);
    EXPECT_EQ(program.read("w").number(15359), 21) << threads;
  }
}

}  // namespace
}  // namespace gradus
