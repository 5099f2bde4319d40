#include "gradus/engine/runtime/evaluate.hpp"

#include <cstring>

#include "gradus/core/base/checked_cast.hpp"
#include "gradus/core/graph/walk.hpp"
#include "gradus/engine/compile/passes.hpp"
#include "gradus/engine/runtime/program.hpp"

namespace gradus {
namespace {

std::string output_name(std::size_t i) { return "value " + std::to_string(i); }

/// The nodes of `graph` with `wanted` as the outputs, and nothing that they do not need but its inputs.
Graph with_outputs(const Graph& graph, std::span<const Value> wanted) {
  Graph out(graph.slot_table());
  ById<int> place;
  for (const Node& node : graph.nodes()) place.push_back(copy_node(out, node, place).id);
  for (std::size_t i = 0; i < wanted.size(); ++i) out.output(output_name(i), out.value(wanted[i].id));
  return drop_unused(out);
}

}  // namespace

std::vector<Tensor> evaluate(Engine& engine, std::span<const Value> wanted, std::span<const Binding> bindings) {
  if (wanted.empty()) return {};
  const Graph& graph = graph_of(wanted);
  std::vector<Tensor> converted;
  const auto given = bind(graph, bindings, converted);
  const ById<char> needed = needed_nodes(graph, wanted);
  std::vector<Graph> graphs;
  graphs.push_back(with_outputs(graph, wanted));
  Program program(engine, std::move(graphs));
  for (int id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    const Tensor* value = given[static_cast<std::size_t>(id)];
    if (node.op != &input_op) continue;
    if (!value && needed[id]) refuse_unbound(graph, node);
    if (!value) continue;
    const SlotId slot = slot_of(node);
    if (graph.slots()[slot].role != Role::input) program.write(slot, *value);
    else std::memcpy(program.input(0, slot).data(), value->data(), value->bytes());
  }
  program.run(0);
  std::vector<Tensor> out;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const ConstView view = program.context().output(0, checked_cast<int>(i));
    Tensor value(view.type());
    std::memcpy(value.data(), view.data(), value.bytes());
    out.push_back(std::move(value));
  }
  return out;
}

std::vector<Tensor> evaluate(Engine& engine, std::initializer_list<Value> wanted,
                             std::initializer_list<Binding> bindings) {
  return evaluate(engine, std::span(wanted.begin(), wanted.size()), std::span(bindings.begin(), bindings.size()));
}

}  // namespace gradus
