#include <algorithm>
#include <map>

#include "gradus/engine/compile/passes.hpp"
#include "gradus/engine/compile/rewrite.hpp"

namespace gradus {

Graph merge_duplicates(const Graph& graph) {
  std::map<std::pair<const Op*, std::vector<int>>, std::vector<int>> seen;
  return rewrite(graph, [&](Graph& out, const Node& node, const Values& inputs) -> Value {
    if (node.op == &input_op) return {};
    std::vector<int> ids;
    for (Value input : inputs) ids.push_back(input.id);
    if (node.op->traits.commutative) std::sort(ids.begin(), ids.end());
    auto& same = seen[{node.op, ids}];
    for (int id : same) {
      if (out.node(id).attrs == node.attrs && out.node(id).type == node.type) return out.value(id);
    }
    same.push_back(out.size());
    return {};
  });
}

Graph drop_unused(const Graph& graph) {
  const std::vector<char> needed = needed_nodes(graph);
  Graph out;
  std::vector<int> place(static_cast<std::size_t>(graph.size()), -1);
  for (int id = 0; id < graph.size(); ++id) {
    if (!needed[static_cast<std::size_t>(id)]) continue;
    const Node& node = graph.node(id);
    Values inputs;
    for (int input : node.inputs) inputs.push_back(out.value(place[static_cast<std::size_t>(input)]));
    place[static_cast<std::size_t>(id)] = out.append(*node.op, inputs, node.attrs, node.label).id;
  }
  for (const Output& output : graph.outputs())
    out.output(output.name, out.value(place[static_cast<std::size_t>(output.id)]));
  return out;
}

}  // namespace gradus
