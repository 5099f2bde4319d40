#include "gradus/core/graph/walk.hpp"

#include <gtest/gtest.h>

#include "gradus/core/ops/matmul.hpp"
#include "gradus/core/ops/pointwise.hpp"

namespace gradus {
namespace {

TEST(Walk, WhatIsNeededForSomeValuesAndForAllOutputs) {
  Graph g;
  const Value x = g.input("x"), y = g.input("y"), e = exp(x), s = sin(y), both = e * s;
  g.output("e", e);
  const Value wanted[] = {s};
  const ById<char> for_s = needed_nodes(g, wanted), for_outputs = needed_nodes(g);
  for (const Value v : {y, s}) EXPECT_TRUE(for_s[v.id] && !for_outputs[v.id]);
  for (const Value v : {x, e}) EXPECT_TRUE(!for_s[v.id] && for_outputs[v.id]);
  EXPECT_FALSE(for_s[both.id] || for_outputs[both.id]);
}

TEST(Walk, ReadersOnceForEachTimeTheyRead) {
  Graph g;
  const Value x = g.input("x"), square = x * x, sum = square + x;
  const auto readers = find_readers(g);
  EXPECT_EQ(readers[x.id], (std::vector<int>{square.id, square.id, sum.id}));
  EXPECT_TRUE(readers[sum.id].empty());
}

TEST(Walk, TypesOfInputsAndFlops) {
  Graph g;
  const Value a = g.input("a", {2, 3}, DType::f32), b = g.input("b", {3, 5}, DType::f32), c = matmul(a, b), d = exp(c);
  EXPECT_EQ(input_types(g, c.node()), (std::vector<Type>{a.type(), b.type()}));
  EXPECT_EQ(flops_of(g, c.node()), 2 * 2 * 3 * 5);
  EXPECT_EQ(flops_of(g, d.node()), 10);
  EXPECT_EQ(flops_of(g, a.node()), 0);
  EXPECT_EQ(flops_of(g, g.constant(1.0).node()), 0);
}

}  // namespace
}  // namespace gradus
