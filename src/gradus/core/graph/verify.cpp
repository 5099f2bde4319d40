#include "gradus/core/graph/verify.hpp"

#include <set>
#include <string_view>
#include <unordered_set>

#include "gradus/core/graph/print.hpp"

namespace gradus {
namespace {

[[noreturn]] void fail(const Graph& graph, int id, const std::string& why) {
  throw InternalError("graph: " + print(graph, id) + ": " + why);
}

/// `types`: room for those of the inputs.
void verify_node(const Graph& graph, int id, std::vector<Type>& types) {
  const Node& node = graph.node(id);
  if (!node.op || !node.op->infer) throw InternalError("graph: node " + std::to_string(id) + " has no op");
  types.clear();
  for (int input : node.inputs) {
    if (input < 0 || input >= id) fail(graph, id, "an input does not precede it");
    types.push_back(graph.node(input).type);
  }
  const int given = static_cast<int>(node.inputs.size());
  if (node.op->arity >= 0 ? given != node.op->arity : given == 0) fail(graph, id, "wrong number of inputs");
  const Type expected = node.op->infer(types, node.attrs);
  if (!(expected == node.type)) fail(graph, id, "its type should be " + to_string(expected));
}

void verify_slot(const Graph& graph, int id) {
  const Node& node = graph.node(id);
  const SlotId slot = slot_of(node);
  if (!graph.slots().has(slot)) fail(graph, id, "there is no such slot");
  if (graph.input_id(slot) != id) fail(graph, id, "the slot has another input");
  const Slot& of = graph.slots()[slot];
  if (of.role != Role::input && !(of.type == node.type)) fail(graph, id, "the slot holds " + to_string(of.type));
}

void verify_nexts(const Graph& graph) {
  std::set<SlotId> slots;
  for (const Next& next : graph.nexts()) {
    const std::string place = "graph: the next value of slot " + std::to_string(next.slot.number);
    const int state = graph.input_id(next.slot);
    if (state < 0 || graph.slots()[next.slot].role == Role::input) throw InternalError(place + " is not of state");
    if (next.id < 0 || next.id >= graph.size()) throw InternalError(place + " has no node");
    if (!(graph.node(next.id).type == graph.node(state).type)) throw InternalError(place + " is of another type");
    if (!slots.insert(next.slot).second) throw InternalError(place + " is the second");
  }
}

}  // namespace

void verify(const Graph& graph) {
  std::unordered_set<std::string_view> outputs;
  std::vector<Type> types;
  for (int id = 0; id < graph.size(); ++id) {
    verify_node(graph, id, types);
    if (graph.node(id).op == &input_op) verify_slot(graph, id);
  }
  for (const Output& output : graph.outputs()) {
    if (output.id < 0 || output.id >= graph.size())
      throw InternalError("graph: output " + output.name + " has no node");
    if (!outputs.insert(output.name).second) throw InternalError("graph: two outputs are called " + output.name);
  }
  verify_nexts(graph);
}

}  // namespace gradus
