#include "gradus/engine/compile/rewrite.hpp"

namespace gradus {

Graph rewrite(const Graph& from, const std::function<Value(Graph&, const Node&, const Values&)>& replace) {
  Graph out(from.slot_table());
  ById<int> place;
  for (const Node& node : from.nodes()) {
    Values inputs;
    for (int input : node.inputs) inputs.push_back(out.value(place[input]));
    Value value = replace(out, node, inputs);
    if (!value) {
      value = out.append(*node.op, inputs, node.attrs, node.label);
    } else if (!node.label.empty() && value.node().label.empty()) {
      out.name_node(value, node.label);
    }
    place.push_back(value.id);
  }
  copy_results(from, out, [&](int id) { return place[id]; });
  return out;
}

}  // namespace gradus
