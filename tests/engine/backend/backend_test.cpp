#include "gradus/engine/backend/backend.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <thread>

#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/matmul.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/core/ops/reduce.hpp"
#include "gradus/engine/runtime/program.hpp"
#include "tests/support/refusal.hpp"

namespace gradus {
namespace {

struct Step {
  std::shared_ptr<SlotTable> slots = std::make_shared<SlotTable>();
  SlotId w, x;
  std::vector<Graph> graphs;  // 0: w' = w - x' y / 64 and the sum of y = relu(x w'); 1: y alone, on fewer rows

  explicit Step(DType dtype = DType::f64) {
    for (const std::int64_t rows : {64, 7}) {
      Graph g(slots);
      const Value state = g.state({.name = "w", .type = {dtype, {5, 40}}}), batch = g.input("x", {rows, 40}, dtype);
      const Value y = relu(matmul(batch, transpose(state)));
      if (rows == 64) g.next(state, state - matmul(transpose(y), batch) / 64.0), g.output("sum", sum(y));
      else g.output("y", y);
      w = slot_of(state), x = slot_of(batch);
      graphs.push_back(std::move(g));
    }
  }
};

void fill(View to, int seed) {
  for (std::int64_t i = 0; i < to.count(); ++i) to.set(i, static_cast<double>((i * 5 + seed) % 11) / 8 - 0.5);
}

Tensor filled(const Type& type, int seed) {
  Tensor out(type);
  fill(out.view(), seed);
  return out;
}

std::vector<double> numbers_of(ConstView view) {
  std::vector<double> out;
  for (std::int64_t i = 0; i < view.count(); ++i) out.push_back(view.number(i));
  return out;
}

class EveryDevice : public testing::TestWithParam<std::string_view> {};
INSTANTIATE_TEST_SUITE_P(Devices, EveryDevice, testing::ValuesIn(devices().begin(), devices().end()),
                         [](const auto& of) { return std::string(of.param); });

TEST_P(EveryDevice, RunsCodeOnStateInAContext) {
  const Engine engine({.threads = 2, .device = GetParam()});
  const Step step;
  const auto code = engine.compile(step.graphs);
  EXPECT_TRUE(code->signature().graphs[0].updates && !code->signature().graphs[1].updates);
  const auto state = code->make_state();
  const auto context = code->make_context();
  const Tensor w = filled({DType::f64, {5, 40}}, 3);
  state->write(step.w, w);
  EXPECT_EQ(state->read(step.w).numbers(), w.numbers());
  fill(context->input(0, step.x), 1), fill(context->input(1, step.x), 2);
  run(*code, std::as_const(*state), *context, 1);
  const auto before = numbers_of(context->output(1, 0));
  EXPECT_EQ(state->read(step.w).numbers(), w.numbers());
  run(*code, *state, *context, 0);
  EXPECT_NE(state->read(step.w).numbers(), w.numbers());
  run(*code, *state, *context, 1);
  EXPECT_NE(numbers_of(context->output(1, 0)), before);
  // Another state in the same context.
  const auto other = code->make_state();
  other->write(step.w, w);
  run(*code, *other, *context, 1);
  EXPECT_EQ(numbers_of(context->output(1, 0)), before);
}

/// Every context has the numbers that a program alone has, again and again, while others run.
TEST_P(EveryDevice, EightThreadsPredictOnOneSetOfWeights) {
  Engine engine({.threads = 2, .device = GetParam()});
  const Step step(DType::f32);
  Program program(engine, step.graphs);
  program.write(step.w, filled({DType::f32, {5, 40}}, 3));
  const State& weights = program.state();
  std::vector<std::vector<double>> expected;
  for (int t = 0; t < 8; ++t) {
    fill(program.input(1, step.x), t);
    program.run(1);
    expected.push_back(numbers_of(program.output(1, "y")));
  }
  std::vector<int> wrong(8);
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      const auto context = program.code().make_context();
      for (int i = 0; i < 200; ++i) {
        fill(context->input(1, step.x), t);
        run(program.code(), weights, *context, 1);
        wrong[static_cast<std::size_t>(t)] +=
            numbers_of(context->output(1, 0)) != expected[static_cast<std::size_t>(t)];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(8));
}

TEST_P(EveryDevice, RefusesWhatDoesNotBelongTogether) {
  const Engine engine({.threads = 1, .device = GetParam()});
  const Step step;
  const auto code = engine.compile(step.graphs), other = engine.compile(step.graphs);
  const auto state = code->make_state();
  const auto context = code->make_context();
  const auto refused = [](const auto& action, const char* words) { test::expect_refusal(Fault::usage, action, words); };
  refused([&] { run(*code, std::as_const(*state), *context, 0); }, "found state that may only be read");
  refused([&] { run(*code, *state, *context, 2); }, "program: found graph 2; expected 0 to 1");
  refused([&] { run(*other, *state, *context, 1); }, "state: found memory of other code");
  refused([&] { run(*other, *other->make_state(), *context, 1); }, "context: found memory of other code");
  refused([&] { engine.compile({}); }, "graphs to compile: found none");
  refused([&] { engine.compile({Graph()}); }, "graph: found no outputs");
}

TEST_P(EveryDevice, ReportsBytesFlopsAndText) {
  const Engine engine({.threads = 1, .device = GetParam()});
  const Step step;
  const auto code = engine.compile(step.graphs);
  const Footprint bytes = code->footprint(1);
  EXPECT_GE(bytes.state, 5u * 40 * 8);
  EXPECT_GE(bytes.inputs, (64u + 7) * 40 * 8);
  EXPECT_GE(bytes.outputs, (1u + 7 * 5) * 8);
  EXPECT_GE(code->report(0).flops, 2.0 * 2 * 64 * 40 * 5);
  EXPECT_GT(code->report(0).bytes_moved, code->report(1).bytes_moved);
  EXPECT_FALSE(code->report(0).text.empty());
  EXPECT_EQ(code->report(0).forecast_ns > 0, GetParam() == "cpu");
}

TEST(Devices, GiveTheSameNumbers) {
  std::vector<std::vector<double>> found;
  for (const std::string_view device : devices()) {
    Engine engine({.threads = 2, .device = device});
    const Step step;
    Program program(engine, step.graphs);
    program.write(step.w, filled({DType::f64, {5, 40}}, 3));
    for (int i = 0; i < 5; ++i) fill(program.input(0, step.x), i), program.run(0);
    found.push_back(program.read(step.w).numbers());
  }
  for (std::size_t d = 1; d < found.size(); ++d) {
    for (std::size_t i = 0; i < found[0].size(); ++i) EXPECT_NEAR(found[d][i], found[0][i], 1e-12);
  }
}

TEST(Devices, RefuseWhatTheyCannotDoBeforeAnythingRuns) {
  test::expect_refusal(
      Fault::usage, [] { Engine engine({.threads = 1, .device = "referense"}); },
      "device: found \"referense\"; expected one of: cpu, reference; try: reference");
  const Engine engine({.threads = 1, .device = "reference"});
  test::expect_refusal(
      Fault::usage, [&] { engine.compile(Step(DType::f32).graphs, {.products = DType::bf16}); },
      "device reference: found products in bf16");
}

}  // namespace
}  // namespace gradus
