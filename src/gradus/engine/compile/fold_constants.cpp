#include <algorithm>

#include "gradus/core/base/float_mode.hpp"
#include "gradus/engine/compile/passes.hpp"

namespace gradus {
namespace {

constexpr std::int64_t most_elements = 4096;

/// The node's value as a constant, where all that it needs is known and it is not large.
Value folded(Value value) {
  const Node& node = value.node();
  if (!node.op->evaluate || node.op->traits.random || node.type.shape.count() > most_elements) return {};
  const auto is_known = [&](int id) { return value.graph->node(id).op == &constant_op; };
  if (!std::all_of(node.inputs.begin(), node.inputs.end(), is_known)) return {};
  std::vector<ConstView> views;
  std::int64_t elements = 0;
  for (int id : node.inputs) {
    const Node& input = value.graph->node(id);
    elements += input.type.shape.count();
    views.push_back(input.attrs.literal("value").view());
  }
  if (!node.inputs.empty() && node.type.shape.count() > elements) return {};  // a broadcast number is better left small
  Tensor result(node.type);
  node.op->evaluate(views, result.view(), node.attrs);
  return value.graph->constant(std::move(result));
}

}  // namespace

EditPass folding(GraphEdit& graph) {
  return [&graph, list = graph.new_list()] {
    const FlushDenormals flush;
    return graph.visit(list, folded);
  };
}

}  // namespace gradus
