// Small graphs as straight code against the interpreter.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "gradus/core/ops/all.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/matmul.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/core/ops/softmax.hpp"
#include "gradus/engine/cpu/compile/pipeline.hpp"
#include "gradus/engine/cpu/kernels/asmjit/kernels.hpp"
#include "gradus/engine/runtime/evaluate.hpp"
#include "gradus/engine/runtime/program.hpp"
#include "tests/support/numbers.hpp"

namespace gradus::testing {
namespace {

bool has_straight_code() { return instruction_set() >= InstructionSet::avx512; }

/// Whether the graph's plan has a step of straight code.
bool is_straight(const Graph& graph) {
  const Plan plan = compile(graph);
  for (const Step& step : plan.regions[0].loops[0].steps) {
    if (step.chosen->kernel.name == "asmjit.straight") return true;
  }
  return false;
}

Tensor random_tensor(const Type& type, std::mt19937& random) {
  Tensor out(type);
  std::uniform_real_distribution<double> uniform(-2, 2);
  for (std::int64_t i = 0; i < out.count(); ++i) out.set(i, uniform(random));
  return out;
}

/// Compiled and interpreted, within `tolerance` of the largest of 1 and the number; NaN and infinities alike.
void expect_agreement(Graph& graph, std::vector<Value> wanted, const std::vector<Binding>& bindings, double tolerance,
                      const std::string& what) {
  Engine engine({.threads = 2});
  const auto got = evaluate(engine, wanted, bindings), expected = interpret(wanted, bindings);
  for (std::size_t v = 0; v < wanted.size(); ++v) {
    ASSERT_EQ(got[v].type(), expected[v].type()) << what;
    for (std::int64_t i = 0; i < got[v].count(); ++i) {
      const double x = got[v].number(i), y = expected[v].number(i);
      if ((std::isnan(x) && std::isnan(y)) || x == y) continue;
      ASSERT_LE(std::abs(x - y), tolerance * std::max(1.0, std::abs(y)))
          << what << ": value " << v << " element " << i << " of " << print(graph);
    }
  }
}

TEST(AsmjitStraight, EveryOpInEverySampleAgrees) {
  int straight = 0;
  for (const Op* op : all_ops()) {
    if (!op->samples || op->traits.random) continue;
    for (const Sample& sample : op->samples()) {
      test::Case c = test::make_case(*op, sample, DType::f32);
      Values wanted{c.y};
      if (c.y.dtype() == DType::f32) {  // its value is also read inside
        wanted.push_back(c.y * c.y + c.y);
        if (!c.floating.empty() && op->derive) {
          for (Value g : gradient(test::weighted_sum(c.y), c.floating)) wanted.push_back(g);
        }
      }
      Graph copy = *c.graph;
      for (std::size_t i = 0; i < wanted.size(); ++i) copy.output("y" + std::to_string(i), copy.value(wanted[i].id));
      straight += is_straight(copy);
      expect_agreement(*c.graph, wanted, c.bindings, 2e-5, std::string(op->name));
      if (HasFatalFailure()) return;
    }
  }
  if (has_straight_code()) {
    EXPECT_GT(straight, 150);
  }
}

/// Writers are found by the op itself: another that has its name, its facts and its type is refused.
TEST(AsmjitStraight, AnOpWithoutAWriterIsRefused) {
  if (!has_straight_code()) GTEST_SKIP() << "no AVX-512";
  for (const char* name : {"tanh", "reshape", "sum", "matmul"}) {
    const Op& known = find_op(name);
    const Op other = known;
    const Sample sample = known.samples()[name == std::string_view("reshape") ? 2 : 0];
    for (const Op* op : {&known, &other}) {
      const test::Case c = test::make_case(*op, sample, DType::f32);
      EXPECT_EQ(runs_in_graphs(*c.graph, c.y.node()), op == &known) << name;
    }
  }
}

TEST(AsmjitStraight, ProductsOfEverySizeAndForm) {
  std::mt19937 random(1);
  const std::int64_t sizes[] = {0, 1, 2, 3, 15, 16, 17, 33};
  int straight = 0;
  for (const std::int64_t m : sizes) {
    for (const std::int64_t k : sizes) {
      for (const std::int64_t n : {std::int64_t{1}, std::int64_t{3}, std::int64_t{16}, std::int64_t{17}}) {
        const auto form = random() % 8;
        const bool a_turned = form & 1, b_turned = form & 2, computed = form & 4;
        Graph graph;
        const Value a = graph.input("a", a_turned ? Shape{k, m} : Shape{m, k}, DType::f32);
        const Value b = graph.input("b", b_turned ? Shape{n, k} : Shape{k, n}, DType::f32);
        const Value x = computed ? a * 2.0 : a, w = computed ? b - 0.5 : b;
        const Value y = matmul(a_turned ? transpose(x) : x, b_turned ? transpose(w) : w);
        const Values wanted{y, transpose(y) + 1.0};
        Graph copy = graph;
        copy.output("y", copy.value(wanted[1].id));
        straight += is_straight(copy);
        expect_agreement(graph, wanted, {{a, random_tensor(a.type(), random)}, {b, random_tensor(b.type(), random)}},
                         1e-5, std::to_string(m) + " " + std::to_string(k) + " " + std::to_string(n));
        if (HasFatalFailure()) return;
      }
    }
  }
  if (has_straight_code()) {
    EXPECT_GT(straight, 150);
  }
}

TEST(AsmjitStraight, ReductionsOverAnyAxes) {
  std::mt19937 random(2);
  for (const Shape& shape :
       {Shape{1}, Shape{15}, Shape{16}, Shape{17}, Shape{33, 5}, Shape{2, 3, 4}, Shape{4, 1, 17}}) {
    for (unsigned choice = 1; choice < 1u << shape.rank(); ++choice) {
      Integers axes;
      for (int axis = 0; axis < shape.rank(); ++axis) {
        if (choice >> axis & 1) axes.push_back(axis);
      }
      Graph graph;
      const Value a = graph.input("a", shape, DType::f32), x = a + 1.0;
      const Values wanted{sum(a, axes), mean(x, axes, true), max(x, axes), min(a, axes, true), sum(x) * x};
      expect_agreement(graph, wanted, {{a, random_tensor(a.type(), random)}}, 1e-5, to_string(shape));
    }
  }
}

TEST(AsmjitStraight, NumbersThatAreNoneAndInfinitiesPass) {
  Graph graph;
  const Value a = graph.input("a", Shape{2, 9}, DType::f32);
  const Values wanted{relu(a),
                      max(a, {1}),
                      sum(a, {0}),
                      tanh(a),
                      sigmoid(a),
                      softplus(a),
                      log_softmax(a),
                      where(greater(a, a * 0.0), a, -a),
                      minimum(a, a * 0.5),
                      exp(a),
                      log(a)};
  Tensor numbers(a.type());
  const double special[] = {0.0, -0.0, INFINITY, -INFINITY, NAN, 1e30, -1e30, 100, -100};
  for (std::int64_t i = 0; i < 18; ++i) numbers.set(i, i < 9 ? special[i] : static_cast<double>(i));
  expect_agreement(graph, wanted, {{a, numbers}}, 1e-5, "special");
}

TEST(AsmjitStraight, InputsAreReadBeforeTheyAreOverwritten) {
  Graph graph;
  const Value a = graph.state({.name = "a", .type = {DType::f32, {3, 20}}}),
              b = graph.state({.name = "b", .type = {DType::f32, {20, 3}}});
  graph.next(a, transpose(b) + 1.0);
  graph.next(b, transpose(a) * 2.0);
  EXPECT_EQ(is_straight(graph), has_straight_code());
  Engine engine({.threads = 1});
  std::vector<Graph> graphs;
  graphs.push_back(std::move(graph));
  Program program(engine, std::move(graphs));
  Tensor x(DType::f32, Shape{3, 20}), y(DType::f32, Shape{20, 3});
  for (std::int64_t i = 0; i < 60; ++i) x.set(i, static_cast<double>(i)), y.set(i, static_cast<double>(100 + i));
  program.write("a", x);
  program.write("b", y);
  program.run(0);
  const Tensor next_a = program.read("a"), next_b = program.read("b");
  for (std::int64_t i = 0; i < 3; ++i) {
    for (std::int64_t j = 0; j < 20; ++j) {
      EXPECT_EQ(next_a.number(i * 20 + j), y.number(j * 3 + i) + 1);
      EXPECT_EQ(next_b.number(j * 3 + i), x.number(i * 20 + j) * 2);
    }
  }
}

/// A last vector that is not full is stored whole: what it touches beyond the value must be nobody's.
TEST(AsmjitStraight, StatesOfAnySizeLeaveTheirNeighboursAlone) {
  std::mt19937 random(4);
  Graph graph;
  std::vector<Tensor> starts;
  for (std::int64_t n = 1; n <= 35; n += 2) {
    const Value x = graph.state({.name = "x" + std::to_string(n), .type = {DType::f32, {n}}});
    const Value kept = graph.state({.name = "kept" + std::to_string(n), .type = {DType::f32, {n}}});
    graph.next(x, x * 0.5 + kept);
    starts.push_back(random_tensor(x.type(), random)), starts.push_back(random_tensor(x.type(), random));
  }
  EXPECT_EQ(is_straight(graph), has_straight_code());
  std::vector<Graph> graphs;
  graphs.push_back(std::move(graph));
  Engine engine({.threads = 1});
  Program program(engine, std::move(graphs));
  for (std::int64_t n = 1; n <= 35; n += 2) {
    program.write("x" + std::to_string(n), starts[static_cast<std::size_t>(n - 1)]);
    program.write("kept" + std::to_string(n), starts[static_cast<std::size_t>(n)]);
  }
  for (int run = 0; run < 3; ++run) program.run(0);
  for (std::int64_t n = 1; n <= 35; n += 2) {
    const Tensor x = program.read("x" + std::to_string(n)), kept = program.read("kept" + std::to_string(n));
    EXPECT_TRUE(same_bits(kept, starts[static_cast<std::size_t>(n)])) << n;
    for (std::int64_t i = 0; i < n; ++i) {
      auto expected = static_cast<float>(starts[static_cast<std::size_t>(n - 1)].number(i));
      for (int run = 0; run < 3; ++run) expected = expected * 0.5f + static_cast<float>(kept.number(i));
      EXPECT_NEAR(x.number(i), static_cast<double>(expected), 1e-6) << n << " at " << i;
    }
  }
}

/// The smaller and the larger of two numbers, as the choices that they are written as have it.
TEST(AsmjitStraight, ChoicesOfTheLargerAndTheSmallerKeepZerosAndNan) {
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  const double numbers[] = {0.0, -0.0, 1, -1, nan, infinity, -infinity};
  Graph graph;
  const Value a = graph.input("a", Shape{49}, DType::f32), b = graph.input("b", Shape{49}, DType::f32);
  const Values wanted{
      where(greater(a, b), a, b), where(less(a, b), a, b), where(less(a, b), b, a), where(greater(a, b), b, a), relu(a),
      clamp(a, -0.5, 0.5)};
  Tensor x(a.type()), y(b.type());
  for (std::int64_t i = 0; i < 49; ++i) x.set(i, numbers[i / 7]), y.set(i, numbers[i % 7]);
  const std::vector<Binding> bindings{{a, x}, {b, y}};
  Engine engine({.threads = 1});
  const auto got = evaluate(engine, wanted, bindings), expected = interpret(wanted, bindings);
  for (std::size_t v = 0; v < wanted.size(); ++v) {
    for (std::int64_t i = 0; i < 49; ++i) {
      const double p = got[v].number(i), q = expected[v].number(i);
      EXPECT_TRUE((std::isnan(p) && std::isnan(q)) || (p == q && std::signbit(p) == std::signbit(q)))
          << v << ": " << x.number(i) << ", " << y.number(i) << " gave " << p << ", not " << q;
    }
  }
}

/// More values at once than there are registers.
TEST(AsmjitStraight, ValuesWithoutARegisterWaitInMemory) {
  std::mt19937 random(3);
  Graph graph;
  const Value a = graph.input("a", Shape{12, 16}, DType::f32);
  Values kept;
  Value x = a;
  for (int i = 0; i < 6; ++i) kept.push_back(x = tanh(x * 1.5 + 0.25));
  Value total = a;
  for (Value value : kept) total = total * 0.5 + where(greater(value, a), value, transpose(transpose(value)) * a);
  expect_agreement(graph, {total, x}, {{a, random_tensor(a.type(), random)}}, 1e-5, "kept");
}

TEST(AsmjitStraight, LargeGraphsAndSumsOverLeavesKeepTheirRegions) {
  Graph large;
  const Value a = large.input("a", Shape{32, 64}, DType::f32), w = large.input("w", Shape{64, 64}, DType::f32);
  large.output("y", matmul(a, w));
  EXPECT_FALSE(is_straight(large));
  Graph leaves;
  const Value b = leaves.input("b", Shape{64, 2}, DType::f32), c = leaves.input("c", Shape{64, 2}, DType::f32);
  leaves.output("y", matmul(transpose(b), c));
  EXPECT_FALSE(is_straight(leaves));
}

}  // namespace
}  // namespace gradus::testing
