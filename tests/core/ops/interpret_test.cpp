#include "gradus/core/ops/interpret.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "gradus/core/ops/pointwise.hpp"
#include "gradus/core/ops/random.hpp"

namespace gradus {
namespace {

TEST(Interpret, EvaluatesOnlyWhatIsWanted) {
  Graph g;
  const Value x = g.input("x"), unbound = g.input("y");
  const Value y = exp(unbound), z = x + 1.0;
  EXPECT_EQ(interpret({z}, {{x, 2.0}})[0].number(), 3);
  try {
    interpret({y}, {{x, 2.0}});
    FAIL();
  } catch (const UserError& error) {
    EXPECT_NE(std::string(error.what()).find("input \"y\""), std::string::npos) << error.what();
  }
}

TEST(Interpret, ConvertsNumbersButNotArrays) {
  Graph g;
  const Value x = g.input("x", {}, DType::f32), v = g.input("v", {2}, DType::f32);
  EXPECT_EQ(interpret({x * 2.0}, {{x, 0.1}})[0].number(), static_cast<double>(0.1f * 2));
  EXPECT_THROW(interpret({v}, {{v, Tensor::from({2}, {1, 2})}}), UserError);
  EXPECT_THROW(interpret({v}, {{v, Tensor::from({3}, {1, 2, 3}, DType::f32)}}), UserError);
}

TEST(Interpret, RefusesBindingsThatDoNotFit) {
  Graph g, other;
  const Value x = g.input("x"), y = exp(x);
  EXPECT_THROW(interpret({y}, {{x, 1.0}, {x, 2.0}}), UserError);
  EXPECT_THROW(interpret({y}, {{y, 1.0}}), UserError);
  EXPECT_THROW(interpret({y}, {{other.input("x"), 1.0}}), UserError);
  EXPECT_TRUE(interpret(std::span<const Value>{}, std::span<const Binding>{}).empty());
}

TEST(Interpret, RefusesValuesOfNoGraphOrTwo) {
  Graph g, other;
  const Value x = g.input("x"), y = other.input("y");
  EXPECT_THROW(interpret({x, y}, {{x, 1.0}}), UserError);
  EXPECT_THROW(interpret({Value{}}, {}), UserError);
  EXPECT_THROW(interpret({x}, {{Value{}, 1.0}}), UserError);
}

// A compiled plan refuses what the interpreter refuses: tests/engine/runtime/program_test.cpp.
TEST(Interpret, RefusesRandomKeysBeyondTheSequences) {
  Graph g;
  const Value key = g.input("key", {3}, DType::i64), x = random_uniform(key, {DType::f32, {4, 3}}, 1);
  const auto draw = [&](double step, double row) {
    return interpret({x}, {{key, Tensor::from({3}, {7, step, row}, DType::i64)}})[0];
  };
  EXPECT_EQ(draw(281474976710655, 0).count(), 12);
  EXPECT_THROW(draw(281474976710656, 0), UserError);
  EXPECT_THROW(draw(-1, 0), UserError);
  EXPECT_THROW(draw(0, -1), UserError);
  // 2^49 elements in rows of 3: the last row of four that fits is (2^49 - 12) / 3 = 187649984473766.
  EXPECT_EQ(draw(0, 187649984473766).count(), 12);
  EXPECT_THROW(draw(0, 187649984473767), UserError);
}

TEST(InterpretAll, GivesEveryNode) {
  Graph g;
  const Value x = g.input("x");
  square(x) + 1.0;
  const Binding bindings[] = {{x, 3.0}};
  const auto all = interpret_all(g, bindings);
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[3].number(), 10);
}

TEST(Interpret, FlushesDenormals) {
  Graph g;
  const Value x = g.input("x");
  EXPECT_EQ(interpret({x * 0.5}, {{x, std::numeric_limits<double>::min()}})[0].number(), 0);
}

}  // namespace
}  // namespace gradus
