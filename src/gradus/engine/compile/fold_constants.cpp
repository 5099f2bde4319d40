#include "gradus/core/base/float_mode.hpp"
#include "gradus/engine/compile/passes.hpp"
#include "gradus/engine/compile/rewrite.hpp"

namespace gradus {

Graph fold_constants(const Graph& graph) {
  constexpr std::int64_t most_elements = 4096;
  const FlushDenormals flush;
  return rewrite(graph, [&](Graph& out, const Node& node, const Values& inputs) -> Value {
    if (!node.op->evaluate || node.op->traits.random || node.type.shape.count() > most_elements) return {};
    std::vector<ConstView> views;
    std::int64_t elements = 0;
    for (Value input : inputs) {
      if (&input.op() != &constant_op) return {};
      elements += input.shape().count();
      views.push_back(input.node().attrs.literal("value").view());
    }
    if (!inputs.empty() && node.type.shape.count() > elements) return {};  // a broadcast number is better left small
    Tensor value(node.type);
    node.op->evaluate(views, value.view(), node.attrs);
    return out.constant(std::move(value));
  });
}

}  // namespace gradus
