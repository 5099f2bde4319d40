// Graphs of more nodes than 16 bits count, compiled, against closed forms.
#include <gtest/gtest.h>

#include "gradus/core/ops/pointwise.hpp"
#include "gradus/engine/runtime/evaluate.hpp"

namespace gradus {
namespace {

/// Every v of v[i] = v[i - 1] + y, v[0] = x, is read again from the last to the first, as in a gradient, so that none
/// can give its memory to another: (x + y) + (x + 2 y) + ... + (x + links y).
void check_chain(const Shape& shape, int links) {
  Graph g;
  const Value x = g.input("x", shape, DType::f64), y = g.input("y", {}, DType::f64);
  const Value one = g.constant(1);
  Values values{x};
  for (int i = 0; i < links; ++i) values.push_back(values.back() + y);
  Value sum = values.back();
  for (std::size_t i = values.size() - 2; i > 0; --i) sum = sum + values[i];
  Engine engine({.threads = 2});
  const Tensor first = Tensor::full(x.type(), 0.5), step(0.25);
  const auto got = evaluate(engine, {sum, one, x, y}, {{x, first}, {y, step}});
  for (std::int64_t i = 0; i < got[0].count(); ++i) {
    ASSERT_EQ(got[0].number(i), 0.5 * links + 0.125 * links * (links + 1.0)) << to_string(shape) << " " << i;
  }
  EXPECT_EQ(got[1].number(), 1);
  EXPECT_EQ(got[2].number(), 0.5);
  EXPECT_EQ(got[3].number(), 0.25);
  EXPECT_EQ(one.node().attrs.literal("value").number(), 1);
  EXPECT_EQ(first.number() + step.number(), 0.75);
}

TEST(LargeGraph, AChainOfSingleNumbers) { check_chain({}, 66000); }
TEST(LargeGraph, AChainOfRows) { check_chain({2, 3}, 66000); }

}  // namespace
}  // namespace gradus
