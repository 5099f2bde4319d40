#include "gradus/engine/compile/rewrite.hpp"

namespace gradus {

Graph rewrite(const Graph& from, const std::function<Value(Graph&, const Node&, const Values&)>& replace) {
  Graph out;
  std::vector<int> place;
  for (const Node& node : from.nodes()) {
    Values inputs;
    for (int input : node.inputs) inputs.push_back(out.value(place[static_cast<std::size_t>(input)]));
    Value value = replace(out, node, inputs);
    if (!value) {
      value = out.append(*node.op, inputs, node.attrs, node.label);
    } else if (!node.label.empty() && value.node().label.empty()) {
      out.name_node(value, node.label);
    }
    place.push_back(value.id);
  }
  for (const Output& output : from.outputs())
    out.output(output.name, out.value(place[static_cast<std::size_t>(output.id)]));
  return out;
}

std::vector<char> needed_nodes(const Graph& graph) {
  std::vector<char> needed(static_cast<std::size_t>(graph.size()));
  for (const Output& output : graph.outputs()) needed[static_cast<std::size_t>(output.id)] = 1;
  for (int id = graph.size() - 1; id >= 0; --id) {
    const auto at = static_cast<std::size_t>(id);
    if (graph.node(id).op == &input_op) needed[at] = 1;
    if (!needed[at]) continue;
    for (int input : graph.node(id).inputs) needed[static_cast<std::size_t>(input)] = 1;
  }
  return needed;
}

}  // namespace gradus
