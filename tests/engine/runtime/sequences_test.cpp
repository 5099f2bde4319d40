// What sequences are made of, compiled: embedding, attention over heads, products with one matrix for all steps, and
// the gradients of all of it. Against the interpreter, and with the same bits on any number of threads.
#include <gtest/gtest.h>

#include <cmath>

#include "gradus/core/grad/differentiate.hpp"
#include "gradus/core/ops/index.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/matmul.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/core/ops/reduce.hpp"
#include "gradus/core/ops/softmax.hpp"
#include "gradus/engine/cpu/compile/pipeline.hpp"
#include "gradus/engine/runtime/evaluate.hpp"

namespace gradus {
namespace {

struct Sizes {
  std::int64_t rows, steps, heads, width, words;
};

/// A block of attention on embedded words, with its loss and all gradients.
struct Attention {
  Graph graph;
  std::vector<Binding> bindings;
  Values wanted;

  Tensor drawn(const Type& type, std::uint64_t seed, double below = 0) const {
    Tensor out(type);
    std::uint64_t state = seed * 2654435761u + 12345;
    for (std::int64_t i = 0; i < out.count(); ++i) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      const double unit = static_cast<double>(state >> 11) / 9007199254740992.0;
      out.set(i, below > 0 ? std::floor(unit * below) : unit - 0.5);
    }
    return out;
  }
  Value input(const char* name, const Type& type, double below = 0) {
    const Value x = graph.input(name, type);
    bindings.push_back({x, drawn(type, bindings.size() + 1, below)});
    return x;
  }
  Attention(const Sizes& of, DType dtype) {
    const std::int64_t each = of.width / of.heads;
    const Value words = input("words", {DType::i64, {of.rows, of.steps}}, static_cast<double>(of.words));
    Values parameters{input("table", {dtype, {of.words, of.width}})};
    const auto linear = [&](const char* name, Value x, std::int64_t out) {
      parameters.push_back(input(name, {dtype, {out, x.columns()}}));
      const Value w = parameters.back();
      parameters.push_back(input((std::string(name) + ".bias").c_str(), {dtype, {out}}));
      return matmul(x, transpose(w)) + parameters.back();
    };
    const auto by_head = [&](Value x) {
      return transpose(reshape(x, Shape{of.rows, of.steps, of.heads, each}), {0, 2, 1, 3});
    };
    const Value x = gather(parameters[0], words);
    const Value q = by_head(linear("q", x, of.width)), k = by_head(linear("k", x, of.width)),
                v = by_head(linear("v", x, of.width));
    const Value seen = softmax(matmul(q, transpose(k)) / std::sqrt(static_cast<double>(each)), -1);
    const Value joined = reshape(transpose(matmul(seen, v), {0, 2, 1, 3}), Shape{of.rows, of.steps, of.width});
    const Value h = x + linear("o", joined, of.width);
    const Value y = h + linear("down", relu(linear("up", h, 4 * of.width)), of.width);
    const Value loss = mean(square(y));
    wanted = {loss, y};
    for (const Value g : gradient(loss, parameters)) wanted.push_back(g);
  }
};

const Sizes all_sizes[] = {
    {5, 7, 2, 8, 11}, {3, 17, 3, 12, 5}, {70, 3, 1, 4, 300}, {1, 9, 2, 8, 4}, {130, 2, 2, 16, 40}};

TEST(Sequences, AttentionAgreesWithTheInterpreterInF64) {
  for (const Sizes& of : all_sizes) {
    SCOPED_TRACE(std::to_string(of.rows) + " rows of " + std::to_string(of.steps));
    const Attention a(of, DType::f64);
    Engine engine({.threads = 2});
    const std::vector<Tensor> got = evaluate(engine, a.wanted, a.bindings), expected = interpret(a.wanted, a.bindings);
    for (std::size_t i = 0; i < got.size(); ++i) {
      ASSERT_EQ(got[i].type(), expected[i].type());
      for (std::int64_t e = 0; e < got[i].count(); ++e) {
        ASSERT_NEAR(got[i].number(e), expected[i].number(e), 1e-12) << "value " << i << ", element " << e;
      }
    }
  }
}

TEST(Sequences, TheSameBitsOnAnyNumberOfThreads) {
  for (const Sizes& of : all_sizes) {
    const Attention a(of, DType::f32);
    Engine one({.threads = 1});
    const std::vector<Tensor> expected = evaluate(one, a.wanted, a.bindings);
    for (const int threads : {2, 3, 5, 16}) {
      Engine engine({.threads = threads});
      const std::vector<Tensor> got = evaluate(engine, a.wanted, a.bindings);
      for (std::size_t i = 0; i < got.size(); ++i) EXPECT_TRUE(same_bits(got[i], expected[i])) << "value " << i;
    }
  }
}

/// The steps of the plan that run on plain loops.
TEST(Sequences, NothingOfAttentionRunsOnThePlainLoops) {
  Attention a({32, 16, 4, 64, 100}, DType::f32);
  for (std::size_t i = 0; i < a.wanted.size(); ++i) a.graph.output("y" + std::to_string(i), a.wanted[i]);
  const Plan plan = compile(a.graph, {});
  for (const Region& region : plan.regions) {
    for (const Loop& loop : region.loops) {
      for (const Step& step : loop.steps) EXPECT_NE(step.chosen->kernel.name, "reference") << print(plan, step);
    }
  }
}

}  // namespace
}  // namespace gradus
