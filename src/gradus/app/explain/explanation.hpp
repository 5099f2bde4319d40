// A computation with all its numbers, as plain data: what text, JSON, pictures and pages are made of.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gradus/core/graph/op.hpp"
#include "gradus/core/tensor/tensor.hpp"

namespace gradus::explain {

/// A node of the unfused graph. Nodes stand in topological order; `inputs` and edges name them by their place in it.
struct Node {
  enum class Kind { input, constant, operation } kind = Kind::operation;
  std::string name;        // "x", "g1", or v1, v2, ... where the graph has no label
  std::string expression;  // in the names of its inputs: "g1 + g2"; of a constant its value
  const Op* op = nullptr;
  std::string rule;   // what the op's gradient does, in words
  std::string group;  // layer or part to which the node belongs; "" when there is none
  std::vector<int> inputs;
  Tensor value;
  std::optional<Tensor> gradient;  // of the output by this node, in its shape
};

/// An argument of a node: one edge each, also when a node is used twice by the same one.
struct Edge {
  int from = -1;  // the argument
  int to = -1;    // the node that uses it
  int slot = 0;   // which argument
  /// The derivative of each element of `to` by the element of `from` that it is made of, in the shape of `to`; for
  /// numbers and pointwise ops.
  std::optional<Tensor> local;
  /// The part of the argument's gradient that comes through this edge, in the argument's shape.
  std::optional<Tensor> contribution;
  /// [elements of `to`, elements of `from`], when asked for.
  std::optional<Tensor> jacobian;
  std::vector<int> reads;  // nodes whose stored forward values the contribution needed
};

/// Second derivatives by all elements of the variables asked for, one after another.
struct Hessian {
  std::vector<std::string> names;  // "x", "W(1,2)"
  Tensor values;                   // [n, n]
};

/// A derivative that is not finite, and where that begins.
struct Trouble {
  std::vector<std::string> of;  // "df/dx", "df/dy"
  int by = -1;                  // the first of the variables
  std::string found;            // "nan", "inf", "-inf"
  int node = -1;                // whose rule gives the first number that is not finite
  int argument = -1;            // the input of that node which the derivative is by
  int slot = 0;                 // which argument it is
  std::int64_t element = -1;    // of the node; -1 when it is not known
  bool used = true;             // the result uses the node there
  std::string rule;             // of the node's op
  std::string cause;            // "the slope of sqrt at v2 = 0 is inf; ..."
  std::string limit;            // what the derivative does beside these values
  std::string convention;       // what is usually taken; "" when nothing is
  std::string remedy;           // a formula that has the derivative, or what to do
};

struct Explanation {
  std::string title;  // the formula, or the model and the row
  std::vector<Node> nodes;
  std::vector<Edge> edges;  // by `to`, then by slot
  int output = -1;
  std::vector<int> variables;  // nodes that gradients were asked for
  std::vector<int> backward;   // nodes in the order in which reverse mode takes their step
  std::optional<Hessian> hessian;
  std::vector<std::string> notes;  // what a reader should know: "f has 4 elements: ..."
  std::vector<Trouble> troubles;   // one for each place where a derivative begins to be not finite

  std::vector<int> first_edge = {};  // by node: the place of the first edge to it, and the number of edges last
  std::vector<std::vector<int>> used_by = {};  // by node: places of the edges from it, in the order of edges_from
};

/// Sets `first_edge` and `used_by` when nodes and edges are there. edges_into and edges_from need them.
void index_edges(Explanation& explanation);

/// Edges whose gradient was computed, into node `to`, in the order of its arguments.
std::vector<const Edge*> edges_into(const Explanation& explanation, int to);
/// Edges that bring a part of node `from`'s gradient, in the order in which reverse mode adds them.
std::vector<const Edge*> edges_from(const Explanation& explanation, int from);

}  // namespace gradus::explain
