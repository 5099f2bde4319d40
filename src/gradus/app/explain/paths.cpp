#include "gradus/app/explain/paths.hpp"

#include <algorithm>

#include "gradus/app/explain/names.hpp"

namespace gradus::explain {
namespace {

/// Edges into each node, by node.
std::vector<std::vector<int>> edges_by_end(const DerivativeGraph& graph) {
  std::vector<std::vector<int>> out(graph.names.size());
  for (std::size_t i = 0; i < graph.edges.size(); ++i)
    out[static_cast<std::size_t>(graph.edges[i].to)].push_back(static_cast<int>(i));
  return out;
}

/// For every node, the paths from it back to x and their lengths added up.
std::vector<PathCount> counts_to(const DerivativeGraph& graph, int x) {
  std::vector<PathCount> out(graph.names.size());
  out[static_cast<std::size_t>(x)].paths = 1;
  const auto into = edges_by_end(graph);
  for (std::size_t node = static_cast<std::size_t>(x) + 1; node < out.size(); ++node) {
    for (int edge : into[node]) {
      const PathCount& rest = out[static_cast<std::size_t>(graph.edges[static_cast<std::size_t>(edge)].from)];
      out[node].paths += rest.paths;
      out[node].edge_visits += rest.edge_visits + rest.paths;
    }
  }
  return out;
}

}  // namespace

DerivativeGraph derivative_graph(const Explanation& explanation) {
  DerivativeGraph out;
  for (const Node& node : explanation.nodes) {
    out.names.push_back(node.name);
    if (node.gradient && node.value.count() != 1) {
      throw UserError(Fault::usage, Report{"--paths", node.name + " of shape " + to_string(node.value.shape()),
                                           "numbers: a path is a product of numbers", "a formula of numbers"});
    }
  }
  for (const Edge& edge : explanation.edges) {
    if (!edge.contribution) continue;
    // An op without a local derivative of its own (sum of one number) has its contribution over the gradient that came
    // in.
    const double incoming = explanation.nodes[static_cast<std::size_t>(edge.to)].gradient->number();
    const double local = edge.local ? edge.local->number() : edge.contribution->number() / incoming;
    out.edges.push_back({edge.from, edge.to, local});
  }
  return out;
}

PathCount count_paths(const DerivativeGraph& graph, int y, int x) {
  return y < x ? PathCount{} : counts_to(graph, x)[static_cast<std::size_t>(y)];
}

std::vector<Path> enumerate_paths(const DerivativeGraph& graph, int y, int x, std::int64_t limit) {
  const auto counts = counts_to(graph, x);
  const double paths = y < x ? 0 : counts[static_cast<std::size_t>(y)].paths;
  if (paths > static_cast<double>(limit)) {
    throw UserError(Fault::usage,
                    Report{"--paths",
                           short_number(paths, 16) + " paths from " + graph.names[static_cast<std::size_t>(y)] +
                               " to " + graph.names[static_cast<std::size_t>(x)],
                           "at most " + std::to_string(limit) + " to write out",
                           "reverse mode, which needs no paths: leave out --paths"});
  }
  std::vector<Path> out;
  if (paths == 0) return out;
  if (y == x) return {Path{}};
  const auto into = edges_by_end(graph);
  std::vector<int> taken;            // edges of the path so far
  std::vector<std::size_t> next{0};  // the next argument to try, by length of the path
  while (!next.empty()) {
    const int node = taken.empty() ? y : graph.edges[static_cast<std::size_t>(taken.back())].from;
    const auto& edges = into[static_cast<std::size_t>(node)];
    if (node == x || next.back() == edges.size()) {
      if (node == x) {
        Path path{taken, 1};
        for (int edge : taken) path.product *= graph.edges[static_cast<std::size_t>(edge)].derivative;
        out.push_back(std::move(path));
      }
      next.pop_back();
      if (!taken.empty()) taken.pop_back();
      continue;
    }
    const int edge = edges[next.back()++];
    if (counts[static_cast<std::size_t>(graph.edges[static_cast<std::size_t>(edge)].from)].paths == 0) continue;
    taken.push_back(edge), next.push_back(0);
  }
  return out;
}

ReverseSweep reverse_sweep(const DerivativeGraph& graph, int y) {
  ReverseSweep out;
  out.gradient.resize(graph.names.size());
  std::vector<char> reached(graph.names.size());
  out.gradient[static_cast<std::size_t>(y)] = 1, reached[static_cast<std::size_t>(y)] = 1;
  const auto into = edges_by_end(graph);
  for (std::size_t node = static_cast<std::size_t>(y) + 1; node-- > 0;) {
    if (!reached[node]) continue;
    for (int edge : into[node]) {
      const DerivativeEdge& e = graph.edges[static_cast<std::size_t>(edge)];
      out.gradient[static_cast<std::size_t>(e.from)] += out.gradient[node] * e.derivative;
      reached[static_cast<std::size_t>(e.from)] = 1;
      ++out.edge_visits;
    }
  }
  return out;
}

}  // namespace gradus::explain
