// Evaluating what moves gives what evaluating all gives.
#include "gradus/core/ops/replay.hpp"

#include <gtest/gtest.h>

#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/matmul.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/core/ops/reduce.hpp"

namespace gradus {
namespace {

struct Net {
  Graph g;
  Value x = g.input("x", Type{DType::f64, {2, 3}}), w = g.input("w", Type{DType::f64, {4, 3}}), b = g.input("b");
  Value hidden = matmul(x, transpose(w));
  Value y = sum(tanh(hidden + b));
  std::vector<Binding> bindings{{x, Tensor::from({2, 3}, {1, -2, 0.5, 0.25, 3, -1})},
                                {w, Tensor::from({4, 3}, {0.1, 0.2, -0.3, 1, 0, 0.5, -1, 0.7, 0.2, 0.3, 0.3, 0.9})},
                                {b, Tensor(0.4)}};
};

TEST(Replay, MovedNumbersAreThoseOfTheInterpreter) {
  Net net;
  Replay replay(net.y, net.bindings);
  EXPECT_EQ(replay.here(), interpret(std::vector{net.y}, net.bindings)[0].number());
  for (std::size_t i = 0; i < net.bindings.size(); ++i) {
    const Value input = net.bindings[i].input;
    const Replay::Affected part = replay.part(std::vector{input});
    auto moved = net.bindings;
    moved[i].value.set(0, moved[i].value.number() + 0.125);
    replay.input(input).set(0, moved[i].value.number());
    EXPECT_EQ(replay.moved(part), interpret(std::vector{net.y}, moved)[0].number());
    replay.input(input).set(0, net.bindings[i].value.number());
    EXPECT_EQ(replay.moved(part), replay.here());
  }
}

TEST(Replay, OnlyWhatDependsIsEvaluated) {
  Net net;
  Replay replay(net.y, net.bindings);
  EXPECT_EQ(replay.part(std::vector{net.b}).nodes.size(), 3u);  // + b, tanh, sum
  EXPECT_LT(replay.part(std::vector{net.b}).work, replay.part(std::vector{net.w}).work);
  const Value apart = net.g.input("apart");
  EXPECT_TRUE(replay.part(std::vector{apart}).nodes.empty());
}

TEST(Replay, TheGraphMayGrowAndYMayBeAnInput) {
  Graph g;
  const Value x = g.input("x");
  Replay replay(x, std::vector<Binding>{{x, Tensor(2.0)}});
  square(x);
  const Replay::Affected part = replay.part(std::vector{x});
  replay.input(x).set(0, 3);
  EXPECT_EQ(replay.moved(part), 3);
  EXPECT_EQ(replay.here(), 2);
}

TEST(Replay, AnInputWithoutANumberIsNamed) {
  Net net;
  net.bindings.pop_back();
  EXPECT_THROW(Replay(net.y, net.bindings), UserError);
}

}  // namespace
}  // namespace gradus
