#include "gradus/engine/runtime/evaluate.hpp"

#include <cstring>

#include "gradus/engine/compile/passes.hpp"
#include "gradus/engine/runtime/program.hpp"

namespace gradus {
namespace {

std::string output_name(std::size_t i) { return "value " + std::to_string(i); }

/// The nodes of `graph` with `wanted` as the outputs, and nothing that they do not need but its inputs.
Graph with_outputs(const Graph& graph, std::span<const Value> wanted) {
  Graph out;
  for (const Node& node : graph.nodes()) {
    Values inputs;
    for (int input : node.inputs) inputs.push_back(out.value(input));
    out.append(*node.op, inputs, node.attrs, node.label);
  }
  for (std::size_t i = 0; i < wanted.size(); ++i) out.output(output_name(i), out.value(wanted[i].id));
  return drop_unused(out);
}

/// The inputs that some wanted value depends on, by node.
std::vector<char> needed_inputs(const Graph& graph, std::span<const Value> wanted) {
  std::vector<char> needed(static_cast<std::size_t>(graph.size()));
  for (Value value : wanted) needed[static_cast<std::size_t>(value.id)] = 1;
  for (int id = graph.size() - 1; id >= 0; --id) {
    if (!needed[static_cast<std::size_t>(id)]) continue;
    for (int input : graph.node(id).inputs) needed[static_cast<std::size_t>(input)] = 1;
  }
  return needed;
}

}  // namespace

std::vector<Tensor> evaluate(Engine& engine, std::span<const Value> wanted, std::span<const Binding> bindings) {
  if (wanted.empty()) return {};
  const Graph& graph = graph_of(wanted);
  std::vector<Tensor> converted;
  const auto given = bind(graph, bindings, converted);
  const auto needed = needed_inputs(graph, wanted);
  std::vector<Graph> graphs;
  graphs.push_back(with_outputs(graph, wanted));
  Program program(engine, std::move(graphs));
  for (int id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    const Tensor* value = given[static_cast<std::size_t>(id)];
    if (node.op != &input_op) continue;
    if (!value && needed[static_cast<std::size_t>(id)]) refuse_unbound(node);
    if (value) std::memcpy(program.input(0, node.attrs.text("name")).data(), value->data(), value->bytes());
  }
  program.run(0);
  std::vector<Tensor> out;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const ConstView view = program.output(0, output_name(i));
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
