#include "gradus/learn/train/reducer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "gradus/core/ops/reduce.hpp"
#include "gradus/engine/cpu/kernels/kernel.hpp"
#include "gradus/engine/runtime/program.hpp"

namespace gradus {
namespace {

/// Adds numbers as they are; what waits stays where it is.
struct Plain {
  float add(float older, float newer) const { return older + newer; }
  float keep(float sum, int) const { return sum; }
};

/// The sum over rows [first, first + count) of a column, by the kernels.
float sum_of(Engine& engine, const Tensor& all, std::int64_t first, std::int64_t count) {
  Graph graph;
  const Value x = graph.input("x", {DType::f32, {count, 1}});
  graph.output("sum", sum(x, {0}));
  std::vector<Graph> graphs;
  graphs.push_back(std::move(graph));
  Program program(engine, std::move(graphs), {.own_order = false});
  const auto from = all.as<float>().subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count));
  std::copy(from.begin(), from.end(), program.input(0, "x").as<float>().begin());
  program.run(0);
  return program.output(0, "sum").as<float>()[0];
}

Tensor column(std::int64_t rows) {
  Tensor out(DType::f32, {rows, 1});
  std::mt19937 random(7);
  for (float& x : out.as<float>()) x = static_cast<float>(random()) / 1e6F - 2000;
  return out;
}

TEST(Subtrees, AreTheFewestThatAreComplete) {
  EXPECT_EQ(subtrees_of(0, 8), (std::vector<Subtree>{{3, 0}}));
  EXPECT_EQ(subtrees_of(0, 7), (std::vector<Subtree>{{2, 0}, {1, 2}, {0, 6}}));
  EXPECT_EQ(subtrees_of(3, 6), (std::vector<Subtree>{{0, 3}, {2, 1}, {0, 8}}));
  EXPECT_TRUE(subtrees_of(5, 0).empty());
}

// The leaves cut among any number of owners, each of whom adds its own subtrees: the bits of the kernels' whole sum.
TEST(Reducer, GivesTheBitsOfTheWholeForAnyOwnersOfLeaves) {
  Engine engine({.threads = 2});
  std::mt19937 random(3);
  for (const std::int64_t rows : {64, 65, 200, 64 * 5, 64 * 8 + 1, 64 * 13 - 7, 64 * 32}) {
    const Tensor all = column(rows);
    const std::int64_t leaves = (rows + rows_per_leaf - 1) / rows_per_leaf;
    const float whole = sum_of(engine, all, 0, rows);
    for (int owners = 1; owners <= 5; ++owners) {
      std::vector<std::int64_t> cuts{0, leaves};
      for (int i = 1; i < owners; ++i) cuts.push_back(std::uniform_int_distribution<std::int64_t>(0, leaves)(random));
      std::sort(cuts.begin(), cuts.end());
      Plain plain;
      Reducer<float, Plain> reducer(plain);
      for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
        for (const Subtree& of : subtrees_of(cuts[i], cuts[i + 1] - cuts[i])) {
          const std::int64_t first = (of.index << of.level) * rows_per_leaf;
          const std::int64_t count = std::min(rows_per_leaf << of.level, rows - first);
          reducer.put(of, sum_of(engine, all, first, count));
        }
      }
      EXPECT_EQ(reducer.finish(), whole) << rows << " rows, " << owners << " owners";
    }
  }
}

}  // namespace
}  // namespace gradus
