#include "gradus/core/graph/walk.hpp"

namespace gradus {
namespace {

/// Adds to the nodes that are needed all that they are computed from.
void add_sources(const Graph& graph, ById<char>& needed) {
  for (int id = graph.size() - 1; id >= 0; --id) {
    if (!needed[id]) continue;
    for (int input : graph.node(id).inputs) needed[input] = 1;
  }
}

}  // namespace

ById<char> needed_nodes(const Graph& graph, std::span<const Value> wanted) {
  ById<char> needed(graph);
  for (Value value : wanted) needed[value.id] = 1;
  add_sources(graph, needed);
  return needed;
}

ById<char> needed_nodes(const Graph& graph, int wanted) {
  ById<char> needed(graph);
  needed[wanted] = 1;
  add_sources(graph, needed);
  return needed;
}

ById<char> needed_nodes(const Graph& graph) {
  ById<char> needed(graph);
  for (int id : result_nodes(graph)) needed[id] = 1;
  add_sources(graph, needed);
  return needed;
}

std::vector<int> result_nodes(const Graph& graph) {
  std::vector<int> out;
  out.reserve(graph.outputs().size() + graph.nexts().size());
  for (const Output& output : graph.outputs()) out.push_back(output.id);
  for (const Next& next : graph.nexts()) out.push_back(next.id);
  return out;
}

ById<std::vector<int>> find_readers(const Graph& graph) {
  ById<std::vector<int>> readers(graph);
  for (int id = 0; id < graph.size(); ++id) {
    for (int input : graph.node(id).inputs) readers[input].push_back(id);
  }
  return readers;
}

std::vector<Type> input_types(const Graph& graph, const Node& node) {
  std::vector<Type> types;
  types.reserve(node.inputs.size());
  for (int input : node.inputs) types.push_back(graph.node(input).type);
  return types;
}

double flops_of(Types in, const Node& node) {
  return node.op->flops ? node.op->flops(in, node) : static_cast<double>(node.type.shape.count());
}

double flops_of(const Graph& graph, const Node& node) {
  return node.op->flops ? flops_of(input_types(graph, node), node) : flops_of(Types{}, node);
}

bool is_leaf(const Node& node) { return node.op == &input_op || node.op == &constant_op; }

Value copy_node(Graph& to, const Node& node, const ById<int>& place) {
  Values inputs;
  inputs.reserve(node.inputs.size());
  for (int input : node.inputs) inputs.push_back(to.value(place[input]));
  return to.append(*node.op, inputs, node.attrs, node.label);
}

}  // namespace gradus
