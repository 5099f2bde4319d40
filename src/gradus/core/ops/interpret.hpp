// Evaluating a graph node by node with Op::evaluate: slow and plain, the oracle of the compiled plan.
#pragma once

#include "gradus/core/graph/graph.hpp"

namespace gradus {

/// A number for an input, or for state before a run. A scalar is converted to the input's dtype; otherwise dtype and
/// shape must be the input's.
struct Binding {
  Value input;
  Tensor value;
};

/// What each node of the graph is bound to, nullptr where nothing is. Converted scalars are kept in `converted`.
/// Throws UserError for a binding that is not of an input of `graph`, given twice, or of another type.
std::vector<const Tensor*> bind(const Graph& graph, std::span<const Binding> bindings, std::vector<Tensor>& converted);

/// The error of an input that has no binding.
[[noreturn]] void refuse_unbound(const Graph& graph, const Node& input);

/// The graph of values that are evaluated together. Throws UserError for an empty value, or values of several graphs.
/// REQUIRES: at least one value.
Graph& graph_of(std::span<const Value> wanted);

/// The values of `wanted`, which share one graph. Only nodes that they need are evaluated.
/// Throws UserError naming the input that is missing, bound twice or of another type; as graph_of().
std::vector<Tensor> interpret(std::span<const Value> wanted, std::span<const Binding> bindings);
std::vector<Tensor> interpret(std::initializer_list<Value> wanted, std::initializer_list<Binding> bindings);

/// The values of all nodes, in order.
std::vector<Tensor> interpret_all(Graph& graph, std::span<const Binding> bindings);

}  // namespace gradus
