#include "gradus/engine/cpu/compile/sum_images_first.hpp"

#include "gradus/core/base/checked_cast.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/core/ops/reduce.hpp"
#include "gradus/engine/compile/rewrite.hpp"

namespace gradus {
namespace {

/// The last axes that are summed over beside the rows, where axes between are kept; else none.
Integers last_axes(const Node& node, const Type& type) {
  const Shape& shape = type.shape;
  if ((node.op != &sum_op && node.op != &mean_op) || !is_floating(type.dtype) || shape.count() == 0) return {};
  const Integers& axes = node.attrs.integers("axes");
  if (axes.size() < 2 || axes[0] != 0 || shape[0] <= 1) return {};
  const Integers last(axes.begin() + 1, axes.end());
  const auto first = checked_cast<int>(last[0]);
  if (first < 2 || last.back() != shape.rank() - 1 || std::ssize(last) != shape.rank() - first) return {};
  return last;
}

}  // namespace

Graph sum_images_first(const Graph& graph) {
  return rewrite(graph, [](Graph&, const Node& node, const Values& inputs) -> Value {
    const Integers last = inputs.empty() ? Integers{} : last_axes(node, inputs[0].type());
    if (last.empty()) return {};
    Value out = sum(sum(inputs[0], last), {0});
    if (node.op == &mean_op) {
      const std::int64_t count = inputs[0].shape().count() / out.shape().count();
      out = out / static_cast<double>(count);
    }
    return out.shape() == node.type.shape ? out : reshape(out, node.type.shape);
  });
}

}  // namespace gradus
