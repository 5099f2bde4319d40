// Nothing is allocated inside a step: every operator new of the process is counted while a program runs.
#include "tests/support/thread_sanitizer.hpp"

// ThreadSanitizer brings operators of its own: there is nothing to count with there.
#ifndef GRADUS_THREAD_SANITIZER
#include <gtest/gtest.h>

#include "gradus/core/grad/differentiate.hpp"
#include "gradus/core/ops/index.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/matmul.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/core/ops/random.hpp"
#include "gradus/core/ops/reduce.hpp"
#include "gradus/core/ops/softmax.hpp"
#include "gradus/engine/cpu/kernels/kernel.hpp"
#include "gradus/engine/cpu/runtime/footprint.hpp"
#include "gradus/engine/runtime/program.hpp"
#include "tests/support/count_allocations.hpp"

namespace gradus {
namespace {

/// A step of a net with dropout, softmax cross-entropy and momentum.
Graph step(const std::shared_ptr<SlotTable>& slots, std::int64_t rows, std::int64_t inputs = 40,
           std::int64_t hidden = 96) {
  Graph g(slots);
  const auto parameter = [&](const char* name, const Shape& shape) {
    return g.state({.name = name, .type = {DType::f32, shape}});
  };
  const Value x = g.input("x", {rows, inputs}, DType::f32), y = g.input("y", {rows}, DType::i64),
              key = g.input("key", {2}, DType::i64);
  const Value w1 = parameter("0.weight", {hidden, inputs}), b1 = parameter("0.bias", {hidden});
  const Value w2 = parameter("2.weight", {10, hidden});
  const Value mask = cast(random_bernoulli(key, {rows, hidden}, 0.5, 0), DType::f32);
  const Value logits = matmul(gelu(matmul(x, transpose(w1)) + b1) * mask, transpose(w2));
  const Value loss = -mean(sum(log_softmax(logits) * one_hot(y, 10, DType::f32), {1}));
  const Values parameters{w1, b1, w2};
  const Values gradients = gradient(loss, parameters);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Value p = parameters[i];
    const Value v = g.state({.name = "v/" + p.node().label, .type = p.type(), .role = Role::moment, .of = slot_of(p)});
    const Value next = 0.9 * v + gradients[i];
    g.next(v, next);
    g.next(p, p - 0.1 * next);
  }
  g.output("loss", loss);
  return g;
}

TEST(Program, AllocatesNothingInAStep) {
  for (int threads : {1, 2}) {
    Engine engine({.threads = threads});
    std::vector<Graph> graphs;
    const auto slots = std::make_shared<SlotTable>();
    graphs.push_back(step(slots, 128));
    graphs.push_back(step(slots, 50));
    Program program(engine, std::move(graphs));
    program.run(0);
    const long before = allocations.load();
    for (int i = 0; i < 20; ++i) program.run(i % 2);
    EXPECT_EQ(allocations.load() - before, 0) << threads << " threads";
  }
}

TEST(Program, AllocatesNothingInAStepOfBf16Products) {
  if (bf16_unit() == Bf16Unit::amx) GTEST_SKIP() << "oneDNN allocates in its calls";
  Engine engine({.threads = 2});
  std::vector<Graph> graphs;
  graphs.push_back(step(std::make_shared<SlotTable>(), 128));
  Program program(engine, std::move(graphs), {.products = DType::bf16});
  program.run(0);
  const long before = allocations.load();
  for (int i = 0; i < 20; ++i) program.run(0);
  EXPECT_EQ(allocations.load() - before, 0);
}

TEST(Program, AsksForTheBytesOfItsFootprint) {
  for (int threads : {1, 3}) {
    Engine engine({.threads = threads});
    std::vector<Graph> graphs;
    const auto slots = std::make_shared<SlotTable>();
    graphs.push_back(step(slots, 128, 784, 512));
    graphs.push_back(step(slots, 50, 784, 512));
    const auto said = static_cast<double>(footprint(compile_together(graphs), threads).total());
    const long before = live_number_bytes.load();
    const Program program(engine, std::move(graphs));
    const auto asked = static_cast<double>(live_number_bytes.load() - before);
    EXPECT_NEAR(asked, said, said * 0.02) << threads << " threads";  // pieces are rounded up to cache lines
  }
}

TEST(Allocations, AreCounted) {
  const long before = allocations.load();
  ::operator delete(::operator new(4));
  EXPECT_EQ(allocations.load() - before, 1);
}

}  // namespace
}  // namespace gradus

#endif
