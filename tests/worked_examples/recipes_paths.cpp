// Paths and edge visits: derivative graphs of lecture 0.
#include <cmath>

#include "gradus/app/explain/annotate.hpp"
#include "gradus/app/explain/paths.hpp"
#include "tests/worked_examples/bench.hpp"

namespace gradus::worked_examples {
namespace {

void edges(Bench& b) {
  enum { x1, x2, z1, z2, h1, h2, y };
  explain::DerivativeGraph graph{{"x1", "x2", "z1", "z2", "h1", "h2", "y"}, {}};
  const auto edge = [&](int from, int to, const char* name) { graph.edges.push_back({from, to, b.number(name)}); };
  edge(x1, z1, "dz1_dx1"), edge(x2, z1, "dz1_dx2"), edge(x1, z2, "dz2_dx1"), edge(x2, z2, "dz2_dx2");
  edge(z1, h1, "dh1_dz1"), edge(z2, h1, "dh1_dz2"), edge(z1, h2, "dh2_dz1"), edge(z2, h2, "dh2_dz2");
  edge(h1, y, "dy_dh1"), edge(h2, y, "dy_dh2");
  for (const explain::Path& path : enumerate_paths(graph, y, x1)) b.append("path_products_x1", path.product);
  for (const explain::Path& path : enumerate_paths(graph, y, x2)) b.append("path_products_x2", path.product);
  const explain::ReverseSweep sweep = reverse_sweep(graph, y);
  b.give("dy_dz1", sweep.gradient[z1]), b.give("dy_dz2", sweep.gradient[z2]);
  b.give("dy_dx1", sweep.gradient[x1]), b.give("dy_dx2", sweep.gradient[x2]);
  b.give("paths_per_input", count_paths(graph, y, x1).paths);
  b.give("edges", static_cast<double>(graph.edges.size()));
  b.give("edge_visits_reverse", static_cast<double>(sweep.edge_visits));
}

/// x, `levels` levels of two nodes, y; neighbours fully joined, every derivative the same.
explain::DerivativeGraph ladder(int levels, double derivative) {
  explain::DerivativeGraph graph{std::vector<std::string>(static_cast<std::size_t>(2 * levels + 2), "n"), {}};
  for (int node = 1; node <= 2 * levels; ++node) {
    const int level = (node - 1) / 2;  // nodes 2 level + 1 and 2 level + 2
    if (level == 0) graph.edges.push_back({0, node, derivative});
    else
      for (int from : {2 * level - 1, 2 * level}) graph.edges.push_back({from, node, derivative});
  }
  for (int from : {2 * levels - 1, 2 * levels}) graph.edges.push_back({from, 2 * levels + 1, derivative});
  return graph;
}

void ladders(Bench& b) {
  for (std::int64_t i = 0; i < b.tensor("L").count(); ++i) {
    const explain::DerivativeGraph graph = ladder(static_cast<int>(b.number("L", i)), b.number("edge_derivative"));
    const int y = static_cast<int>(graph.names.size()) - 1;
    const explain::PathCount count = count_paths(graph, y, 0);
    const explain::ReverseSweep sweep = reverse_sweep(graph, y);
    b.append("edges", static_cast<double>(graph.edges.size())), b.append("paths", count.paths);
    b.append("edge_visits_path_enumeration", count.edge_visits);
    b.append("edge_visits_reverse", static_cast<double>(sweep.edge_visits)), b.append("dy_dx", sweep.gradient[0]);
  }
}

void doubling(Bench& b) {
  for (std::int64_t i = 0; i < b.tensor("K").count(); ++i) {
    Graph g;
    const Value x = g.input("x");
    Value y = x;
    for (double k = 0; k < b.number("K", i); ++k) y = y + y;
    const auto e = explain::annotate(g, y.id, std::vector<Binding>{{x, b.tensor("x")}});
    const auto output = static_cast<std::size_t>(e.output), input = static_cast<std::size_t>(e.variables[0]);
    b.append("y", e.nodes[output].value.number()), b.append("dy_dx", e.nodes[input].gradient->number());
    b.append("edges", static_cast<double>(e.edges.size()));
    b.append("paths", count_paths(explain::derivative_graph(e), e.output, e.variables[0]).paths);
  }
}

const Recipe recipes[] = {
    {"graph_edges", edges, false}, {"graph_ladder", ladders, false}, {"graph_doubling", doubling, false}};

}  // namespace

std::span<const Recipe> recipes_paths() { return recipes; }

}  // namespace gradus::worked_examples
