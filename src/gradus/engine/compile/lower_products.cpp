#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/matmul.hpp"
#include "gradus/engine/compile/known_ops.hpp"
#include "gradus/engine/compile/passes.hpp"
#include "gradus/engine/compile/rewrite.hpp"

namespace gradus {
namespace {

/// x as bf16; of a transposed matrix the transpose, so that the product still folds it in.
Value lowered(Value x) { return swaps_last_axes(x.node()) ? transpose(lowered(x.input(0))) : cast(x, DType::bf16); }

}  // namespace

Graph lower_products(const Graph& graph) {
  return merge_duplicates(rewrite(graph, [](Graph&, const Node& node, const Values& inputs) -> Value {
    const bool sums = node.op == &outer_sum_op;
    if ((!sums && node.op != &matmul_op) || inputs[0].dtype() != DType::f32) return {};
    const Value a = lowered(inputs[0]), b = lowered(inputs[1]);
    return sums ? outer_sum(a, b) : matmul(a, b);
  }));
}

}  // namespace gradus
