// The clocks see every step, and a run with clocks computes what a run without them does.
#include "gradus/engine/cpu/runtime/profile.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "gradus/core/ops/parse.hpp"
#include "gradus/engine/cpu/plan/forecast.hpp"
#include "gradus/engine/cpu/runtime/cpu_backend.hpp"
#include "gradus/engine/runtime/program.hpp"

namespace gradus {
namespace {

// 160 rows in blocks of 32; the sum over them is a region of its own.
const char* const layer = R"(%0 = input {name="x", type=f32[160,64]} : f32[160,64]
%1 = input {name="w", type=f32[64,64]} : f32[64,64]
%2 = matmul %0 %1 : f32[160,64]
%3 = relu %2 : f32[160,64]
%4 = sum %3 {axes=[0], keep=0} : f32[64]
output %3 "y"
output %4 "s"
)";

Program program_of(Engine& engine) {
  std::vector<Graph> graphs;
  graphs.push_back(parse(layer));
  Program program(engine, std::move(graphs));
  int i = 0;
  for (float& x : program.input(0, "x").as<float>()) x = static_cast<float>(++i % 17 - 8);
  for (float& w : program.input(0, "w").as<float>()) w = static_cast<float>(++i % 13 - 6);
  return program;
}

TEST(Profile, TimesEveryStepAndKeepsTheBits) {
  for (const int threads : {1, 3}) {
    Engine engine({.threads = threads});
    Program program = program_of(engine), other = program_of(engine);
    other.run(0);
    const Profile profile = gradus::profile(program.code(), program.state(), program.context(), 0, 0.002);
    EXPECT_GE(profile.runs, 5);
    EXPECT_GT(profile.total_ns, 0);
    EXPECT_EQ(profile.step_ns.size(), step_count(plan_of(program.code(), 0)));
    EXPECT_EQ(profile.region_ns.size(), plan_of(program.code(), 0).regions.size());
    for (const double ns : profile.region_ns) EXPECT_GT(ns, 0);
    EXPECT_GT(profile.step_ns[0], 0);  // the product
    const ConstView a = program.output(0, "s"), b = other.output(0, "s");
    EXPECT_EQ(std::memcmp(a.data(), b.data(), byte_count(a.type())), 0);
  }
}

TEST(TimeBlocks, GivesABlockItsTimeAndEveryStepItsShare) {
  Engine engine({.threads = 2});
  Program program = program_of(engine);
  const std::vector<double> block_ns = time_blocks(program.code(), program.state(), program.context(), 0, 0.002);
  ASSERT_EQ(block_ns.size(), step_count(plan_of(program.code(), 0)));
  double sum = 0;
  for (const double ns : block_ns) {
    EXPECT_GE(ns, 0);
    sum += ns;
  }
  EXPECT_GT(sum, 0);
}

}  // namespace
}  // namespace gradus
