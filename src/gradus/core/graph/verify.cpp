#include "gradus/core/graph/verify.hpp"

#include <string_view>
#include <unordered_set>

#include "gradus/core/graph/print.hpp"

namespace gradus {
namespace {

[[noreturn]] void fail(const Node& node, int id, const std::string& why) {
  throw InternalError("graph: " + print(node, id) + ": " + why);
}

/// `types`: room for those of the inputs.
void verify_node(const Graph& graph, int id, std::vector<Type>& types) {
  const Node& node = graph.node(id);
  if (!node.op || !node.op->infer) throw InternalError("graph: node " + std::to_string(id) + " has no op");
  types.clear();
  for (int input : node.inputs) {
    if (input < 0 || input >= id) fail(node, id, "an input does not precede it");
    types.push_back(graph.node(input).type);
  }
  const int given = static_cast<int>(node.inputs.size());
  if (node.op->arity >= 0 ? given != node.op->arity : given == 0) fail(node, id, "wrong number of inputs");
  const Type expected = node.op->infer(types, node.attrs);
  if (!(expected == node.type)) fail(node, id, "its type should be " + to_string(expected));
}

}  // namespace

void verify(const Graph& graph) {
  std::unordered_set<std::string_view> inputs, outputs;
  std::vector<Type> types;
  for (int id = 0; id < graph.size(); ++id) {
    verify_node(graph, id, types);
    const Node& node = graph.node(id);
    if (node.op == &input_op && !inputs.insert(node.attrs.text("name")).second) fail(node, id, "the name is taken");
  }
  for (const Output& output : graph.outputs()) {
    if (output.id < 0 || output.id >= graph.size())
      throw InternalError("graph: output " + output.name + " has no node");
    if (!outputs.insert(output.name).second) throw InternalError("graph: two outputs are called " + output.name);
  }
}

}  // namespace gradus
