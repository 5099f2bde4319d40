#include "gradus/app/cli/plan_cost.hpp"

#include <algorithm>

namespace gradus::cli {
namespace {

double bytes_of(const Type& type) {
  return static_cast<double>(type.shape.count()) * static_cast<double>(size_of(type.dtype));
}

/// Whether an output needs each node: differentiation also makes gradients that nobody asks for, which no plan keeps.
std::vector<bool> needed_nodes(const Graph& graph) {
  std::vector<bool> needed(static_cast<std::size_t>(graph.size()), false);
  for (const Output& output : graph.outputs()) needed[static_cast<std::size_t>(output.id)] = true;
  for (int id = graph.size() - 1; id >= 0; --id) {
    if (!needed[static_cast<std::size_t>(id)]) continue;
    for (const int input : graph.node(id).inputs) needed[static_cast<std::size_t>(input)] = true;
  }
  return needed;
}

double flops_of(const Graph& graph, const Node& node) {
  if (node.op == &input_op || node.op == &constant_op) return 0;
  if (node.op->flops == nullptr) return static_cast<double>(node.type.shape.count());
  std::vector<Type> types;
  for (const int input : node.inputs) types.push_back(graph.node(input).type);
  return node.op->flops(types, node);
}

void add_op(std::vector<OpCost>& ops, std::string_view op, double flops) {
  auto at = std::find_if(ops.begin(), ops.end(), [&](const OpCost& one) { return one.op == op; });
  if (at == ops.end()) at = ops.insert(ops.end(), {std::string(op)});
  ++at->nodes;
  at->flops += flops;
}

}  // namespace

PlanCost plan_cost(const nn::Model& model, const loss::Loss& loss, const optim::Optimizer& optimizer,
                   const BatchSpec& batch) {
  PlanCost cost;
  for (const nn::ParameterSpec& spec : nn::parameters_of(model.net, model.input, model.dtype)) {
    cost.parameters += spec.shape.count();
    cost.tensors.push_back({spec.name, spec.shape, bytes_of({model.dtype, spec.shape})});
    cost.parameter_bytes += cost.tensors.back().bytes;
  }
  const Graph step = training_step(model, loss, optimizer, batch);
  const std::vector<bool> needed = needed_nodes(step);
  for (int id = 0; id < step.size(); ++id) {
    const Node& node = step.node(id);
    if (!needed[static_cast<std::size_t>(id)]) continue;
    const double flops = flops_of(step, node);
    cost.flops += flops;
    if (node.op == &constant_op) continue;
    if (node.op != &input_op) {
      cost.value_bytes += bytes_of(node.type);
      add_op(cost.ops, node.op->name, flops);
      continue;
    }
    const std::string& name = node.attrs.text("name");
    if (name.starts_with("optim/")) cost.state_bytes += bytes_of(node.type);
    else if (name == step_names::features || name == step_names::target) cost.batch_bytes += bytes_of(node.type);
  }
  const Graph forward = evaluation_step(model, loss, batch, true);
  for (const Node& node : forward.nodes()) cost.forward_flops += flops_of(forward, node);
  std::stable_sort(cost.ops.begin(), cost.ops.end(),
                   [](const OpCost& a, const OpCost& b) { return a.flops > b.flops; });
  return cost;
}

}  // namespace gradus::cli
