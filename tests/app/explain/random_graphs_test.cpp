// Random graphs with branches, shared nodes and parallel edges: reverse mode, the path algorithm and central
// differences agree, and the Hessian is symmetric.
#include <gtest/gtest.h>

#include <cmath>

#include "gradus/app/explain/annotate.hpp"
#include "gradus/app/explain/paths.hpp"
#include "gradus/core/base/random.hpp"
#include "gradus/core/grad/finite_difference.hpp"
#include "gradus/core/ops/pointwise.hpp"

namespace gradus::explain {
namespace {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : seed_(seed) {}
  int below(int limit) {
    return static_cast<int>(random_below({seed_, 0, 0}, next_++, static_cast<std::uint64_t>(limit)));
  }
  double between(double low, double high) { return low + (high - low) * below(1 << 20) / (1 << 20); }

 private:
  std::uint64_t seed_, next_ = 0;
};

/// Smooth functions whose values stay small.
Value random_node(Dice& dice, Value a, Value b) {
  switch (dice.below(8)) {
    case 0: return a + b;
    case 1: return a - b;
    case 2: return a * b;
    case 3: return a * a;  // parallel edges
    case 4: return sin(a);
    case 5: return tanh(a) * b;
    case 6: return a / (2.0 + square(b));
    default: return sigmoid(a) + 0.5 * b;
  }
}

struct Sampled {
  Graph graph;
  int output = -1;
  std::vector<Binding> bindings;
};

void sample(std::uint64_t seed, Sampled& out) {
  Dice dice(seed);
  Values nodes;
  for (int i = 0; i < 2 + dice.below(2); ++i) {
    const Value x = out.graph.input("x" + std::to_string(i));
    out.bindings.push_back({x, Tensor(dice.between(-1, 1))});
    nodes.push_back(x);
  }
  for (int i = 0; i < 3 + dice.below(5); ++i) {
    const Value a = nodes[static_cast<std::size_t>(dice.below(static_cast<int>(nodes.size())))];
    const Value b = nodes[static_cast<std::size_t>(dice.below(static_cast<int>(nodes.size())))];
    nodes.push_back(random_node(dice, a, b));
  }
  out.output = (nodes.back() + nodes[nodes.size() - 2]).id;
}

bool near(double a, double b, double tolerance) {
  return std::abs(a - b) <= tolerance * std::max({1.0, std::abs(a), std::abs(b)});
}

TEST(RandomGraphs, ReverseModeIsThePathAlgorithmIsTheCentralDifference) {
  double paths_in_all = 0;
  int shared = 0, parallel = 0;
  for (std::uint64_t seed = 0; seed < 10000; ++seed) {
    Sampled s;
    sample(seed, s);
    const Explanation e = annotate(s.graph, s.output, s.bindings, {.second = true});
    const DerivativeGraph graph = derivative_graph(e);
    const ReverseSweep sweep = reverse_sweep(graph, e.output);
    ASSERT_EQ(sweep.edge_visits, static_cast<std::int64_t>(graph.edges.size())) << "seed " << seed;
    for (std::size_t i = 0; i < e.variables.size(); ++i) {
      const auto x = static_cast<std::size_t>(e.variables[i]);
      const double exact = e.nodes[x].gradient->number();
      double sum = 0;
      const auto paths = enumerate_paths(graph, e.output, e.variables[i], 1'000'000);
      for (const Path& path : paths) sum += path.product;
      paths_in_all += static_cast<double>(paths.size());
      ASSERT_EQ(count_paths(graph, e.output, e.variables[i]).paths, static_cast<double>(paths.size()))
          << "seed " << seed;
      ASSERT_TRUE(near(sum, exact, 1e-10)) << "seed " << seed << ": paths " << sum << ", reverse mode " << exact;
      ASSERT_TRUE(near(sweep.gradient[x], exact, 1e-12)) << "seed " << seed;
      const Value input = s.graph.find_input(e.nodes[x].name);
      const double numeric =
          numeric_derivative(Difference::central, s.graph.value(s.output), input, 0, s.bindings, 1e-5);
      ASSERT_TRUE(near(numeric, exact, 1e-7))
          << "seed " << seed << ": numeric " << numeric << ", reverse mode " << exact;
    }
    const std::int64_t n = e.hessian->values.shape()[0];
    for (std::int64_t i = 0; i < n * n; ++i) {
      ASSERT_TRUE(near(e.hessian->values.number(i), e.hessian->values.number(i % n * n + i / n), 1e-11))
          << "seed " << seed;
    }
    for (std::size_t i = 0; i < e.nodes.size(); ++i) shared += edges_from(e, static_cast<int>(i)).size() > 1;
    for (std::size_t i = 1; i < e.edges.size(); ++i) {
      parallel += e.edges[i].from == e.edges[i - 1].from && e.edges[i].to == e.edges[i - 1].to;
    }
  }
  // The graphs are what they should be.
  EXPECT_GT(paths_in_all, 30000);
  EXPECT_GT(shared, 10000);
  EXPECT_GT(parallel, 1000);
}

}  // namespace
}  // namespace gradus::explain
