#include "gradus/app/cli/plan/plan_cost.hpp"

#include <algorithm>

#include "gradus/core/graph/walk.hpp"

namespace gradus::cli {
namespace {

double bytes_of(const Type& type) {
  return static_cast<double>(type.shape.count()) * static_cast<double>(size_of(type.dtype));
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
  for (const nn::ParameterSpec& spec : nn::parameters_of(model)) {
    cost.parameters += spec.shape.count();
    cost.tensors.push_back({spec.name, spec.shape, bytes_of({model.dtype, spec.shape})});
    cost.parameter_bytes += cost.tensors.back().bytes;
  }
  const StepSlots slots;
  const Graph step = training_step(slots, model, loss, optimizer, batch);
  // Differentiation also makes gradients that nobody asks for, which no plan keeps.
  const ById<char> needed = needed_nodes(step);
  for (int id = 0; id < step.size(); ++id) {
    const Node& node = step.node(id);
    if (!needed[id]) continue;
    const double flops = flops_of(step, node);
    cost.flops += flops;
    if (node.op == &constant_op) continue;
    if (node.op != &input_op) {
      cost.value_bytes += bytes_of(node.type);
      add_op(cost.ops, node.op->name, flops);
      continue;
    }
    const SlotId slot = slot_of(node);
    if (step.slots()[slot].role == Role::moment) cost.state_bytes += bytes_of(node.type);
    else if (slot == slots.features || slot == slots.target) cost.batch_bytes += bytes_of(node.type);
  }
  const Graph forward = evaluation_step(slots, model, loss, batch, true);
  for (const Node& node : forward.nodes()) cost.forward_flops += flops_of(forward, node);
  std::stable_sort(cost.ops.begin(), cost.ops.end(),
                   [](const OpCost& a, const OpCost& b) { return a.flops > b.flops; });
  return cost;
}

}  // namespace gradus::cli
