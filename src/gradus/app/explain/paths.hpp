// The path algorithm of the lectures: dy/dx is the sum over all paths from y to x of the product of the local
// derivatives on the path's edges. It is the meaning of reverse mode, which finds the same sum and visits each edge
// once.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gradus/app/explain/explanation.hpp"

namespace gradus::explain {

/// An edge from an argument to the node that uses it. Parallel edges (x * x) are edges of their own.
struct DerivativeEdge {
  int from = -1, to = -1;
  double derivative = 0;
};

/// Nodes 0, 1, ... in topological order: from < to on every edge. Edges into one node stand in the order of its
/// arguments.
struct DerivativeGraph {
  std::vector<std::string> names;  // one a node
  std::vector<DerivativeEdge> edges;
};

/// The derivative graph of numbers: nodes of the explanation, edges that carry a gradient.
/// Throws UserError naming a node of several elements: paths are a matter of numbers.
DerivativeGraph derivative_graph(const Explanation& explanation);

struct Path {
  std::vector<int> edges;  // from y backwards to x; none when y is x, and the product 1
  double product = 1;
};

struct PathCount {
  double paths = 0;        // exact up to 2^53
  double edge_visits = 0;  // of the path algorithm: the lengths of all paths, added up
};

/// Counted by one sweep, without enumerating.
PathCount count_paths(const DerivativeGraph& graph, int y, int x);

/// All paths from y to x, arguments in order. Throws UserError saying how many there are when they are more than
/// `limit`.
std::vector<Path> enumerate_paths(const DerivativeGraph& graph, int y, int x, std::int64_t limit = 1000);

struct ReverseSweep {
  std::vector<double> gradient;  // dy/dnode
  std::int64_t edge_visits = 0;  // edges from which y is reached, each once
};
ReverseSweep reverse_sweep(const DerivativeGraph& graph, int y);

}  // namespace gradus::explain
