#include "gradus/core/ops/interpret.hpp"

#include <algorithm>

#include "gradus/core/base/float_mode.hpp"
#include "gradus/core/graph/print.hpp"
#include "gradus/core/graph/walk.hpp"

namespace gradus {

namespace {

/// "2, 3"
std::string sizes_of(const Shape& shape) {
  std::string out;
  for (const std::int64_t size : shape.sizes()) out += (out.empty() ? "" : ", ") + std::to_string(size);
  return out;
}

}  // namespace

std::vector<const Tensor*> bind(const Graph& graph, std::span<const Binding> bindings, std::vector<Tensor>& converted) {
  std::vector<const Tensor*> given(static_cast<std::size_t>(graph.size()));
  converted.reserve(bindings.size());
  for (const Binding& binding : bindings) {
    const auto refuse = [&](const std::string& found, const std::string& expected, const std::string& remedy) {
      const std::string of = binding.input ? print(binding.input) : "nothing";
      throw UserError(Fault::usage, Report{"binding of " + of, found, expected, remedy});
    };
    if (!binding.input) refuse("an empty value", "an input of this graph", "what graph.input() gave");
    if (binding.input.graph != &graph) {
      refuse("a value of another graph", "an input of this graph", "what input() of this graph gave");
    }
    if (&binding.input.op() != &input_op) refuse("a value that is computed", "an input", "what graph.input() gave");
    if (given[static_cast<std::size_t>(binding.input.id)]) {
      refuse("a second value", "one value for each input", "the first alone");
    }
    const Tensor* value = &binding.value;
    if (value->shape().rank() == 0 && value->dtype() != binding.input.dtype()) {
      converted.push_back(value->cast(binding.input.dtype()));
      value = &converted.back();
    }
    if (!(value->type() == binding.input.type())) {
      const Type& wanted = binding.input.type();
      refuse(to_string(value->type()), to_string(wanted),
             value->shape() == wanted.shape ? "cast(DType::" + std::string(name(wanted.dtype)) + ") of it"
                                            : "Tensor(" + std::string("DType::") + std::string(name(wanted.dtype)) +
                                                  ", Shape{" + sizes_of(wanted.shape) + "})");
    }
    given[static_cast<std::size_t>(binding.input.id)] = value;
  }
  return given;
}

void refuse_unbound(const Graph& graph, const Node& input) {
  const std::string& name = graph.slots()[slot_of(input)].name;
  throw UserError(Fault::usage,
                  Report{"input \"" + printable(name) + "\"", "no value", to_string(input.type), "bind it"});
}

Graph& graph_of(std::span<const Value> wanted) {
  for (const Value value : wanted) {
    if (value && value.graph == wanted[0].graph) continue;
    throw UserError(Fault::usage, Report{"values to evaluate", value ? "values of two graphs" : "an empty value",
                                         "values of one graph", "evaluate those of each graph by themselves"});
  }
  return *wanted[0].graph;
}

namespace {

Tensor evaluate_node(const Graph& graph, int id, const std::vector<Tensor>& values, const Tensor* given) {
  const Node& node = graph.node(id);
  if (node.op == &constant_op) return node.attrs.literal("value");
  if (node.op == &input_op) {
    if (given) return *given;
    refuse_unbound(graph, node);
  }
  std::vector<ConstView> in;
  for (int input : node.inputs) in.push_back(values[static_cast<std::size_t>(input)].view());
  Tensor out(node.type);
  node.op->evaluate(in, out.view(), node.attrs);
  return out;
}

}  // namespace

std::vector<Tensor> interpret(std::span<const Value> wanted, std::span<const Binding> bindings) {
  if (wanted.empty()) return {};
  const Graph& graph = graph_of(wanted);
  const FlushDenormals flush;
  std::vector<Tensor> converted;
  const auto given = bind(graph, bindings, converted);
  const ById<char> needed = needed_nodes(graph, wanted);
  std::vector<Tensor> values(static_cast<std::size_t>(graph.size()));
  for (int id = 0; id < graph.size(); ++id) {
    const auto at = static_cast<std::size_t>(id);
    if (needed[id]) values[at] = evaluate_node(graph, id, values, given[at]);
  }
  std::vector<Tensor> out;
  for (Value value : wanted) out.push_back(values[static_cast<std::size_t>(value.id)]);
  return out;
}

std::vector<Tensor> interpret(std::initializer_list<Value> wanted, std::initializer_list<Binding> bindings) {
  return interpret(std::span(wanted.begin(), wanted.size()), std::span(bindings.begin(), bindings.size()));
}

std::vector<Tensor> interpret_all(Graph& graph, std::span<const Binding> bindings) {
  std::vector<Value> all;
  for (int id = 0; id < graph.size(); ++id) all.push_back(graph.value(id));
  return interpret(all, bindings);
}

}  // namespace gradus
