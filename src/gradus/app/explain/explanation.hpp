// A computation with all its numbers, as plain data: what text, JSON, pictures and pages are made of.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gradus/core/tensor/tensor.hpp"

namespace gradus::explain {

/// A node of the unfused graph. Nodes stand in topological order; `inputs` and edges name them by their place in it.
struct Node {
  enum class Kind { input, constant, operation } kind = Kind::operation;
  std::string name;        // "x", "g1", or v1, v2, ... where the graph has no label
  std::string expression;  // in the names of its inputs: "g1 + g2"; of a constant its value
  std::string op;          // "add"
  std::string rule;        // what the op's gradient does, in words
  std::string group;       // layer or part to which the node belongs; "" when there is none
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

struct Explanation {
  std::string title;  // the formula, or the model and the row
  std::vector<Node> nodes;
  std::vector<Edge> edges;  // by `to`, then by slot
  int output = -1;
  std::vector<int> variables;  // nodes that gradients were asked for
  std::vector<int> backward;   // nodes in the order in which reverse mode takes their step
  std::optional<Hessian> hessian;
  std::vector<std::string> notes;  // what a reader should know: "f has 4 elements: ..."
};

/// Edges whose gradient was computed, into node `to`, in the order of its arguments.
std::vector<const Edge*> edges_into(const Explanation& explanation, int to);
/// Edges that bring a part of node `from`'s gradient, in the order in which reverse mode adds them.
std::vector<const Edge*> edges_from(const Explanation& explanation, int from);

}  // namespace gradus::explain
