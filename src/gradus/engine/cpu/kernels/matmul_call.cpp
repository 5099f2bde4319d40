#include "gradus/engine/cpu/kernels/matmul_call.hpp"

#include <algorithm>

#include "gradus/core/ops/matmul.hpp"
#include "gradus/engine/cpu/kernels/block.hpp"

namespace gradus {
namespace {

std::string refusal_of(const Call& call, bool whole, bool partial) {
  const Operand &a = call.inputs[0], &b = call.inputs[1], &c = call.outputs[0];
  const Access summed = call.transposed[0] ? Access::rows : Access::columns;
  if (partial && (call.transposed[1] || a.access != summed || b.access != Access::rows)) {
    return "parts of a product that is no sum over rows";
  }
  if (call.transposed[0] && a.type.shape[0] / std::max<std::int64_t>(call.leaf, 1) >= most_leaves) {
    return "a sum over 2^31 leaves or more";
  }
  if (b.access != Access::whole && call.block < call.rows && !partial) return "a second matrix in blocks";
  const Access along_rows = call.transposed[0] ? Access::columns : Access::rows;
  if (!whole && !partial && (a.access != along_rows || c.access != Access::rows || c.type.shape[0] != call.rows)) {
    return "blocks that are not rows of the output";
  }
  return "";
}

}  // namespace

MatmulCall matmul_call(const Call& call) {
  MatmulCall of;
  if (call.op != &matmul_op) return {.refusal = "not a matmul"};
  const Operand &a = call.inputs[0], &b = call.inputs[1], &c = call.outputs[0];
  if (a.type.shape.rank() != 2 || b.type.shape.rank() != 2) return {.refusal = "a batch of matrices"};
  of.partial = is_partial(call);
  of.whole = call.block >= call.rows && (a.access == Access::whole || c.access == Access::whole);
  of.leaves = call.transposed[0];
  of.refusal = refusal_of(call, of.whole, of.partial);
  of.rows = a.type.shape[call.transposed[0] ? 1 : 0], of.columns = b.type.shape[call.transposed[1] ? 0 : 1];
  of.length = a.type.shape[call.transposed[0] ? 0 : 1];
  of.a_row = call.transposed[0] ? 1 : a.type.shape[1];
  of.a_l = call.transposed[0] ? a.type.shape[1] : 1;
  of.b_l = call.transposed[1] ? 1 : b.type.shape[1];
  of.b_column = call.transposed[1] ? b.type.shape[1] : 1;
  if (of.partial) of.length = std::min(call.block, call.rows);
  else if (!of.whole) of.rows = std::min(call.block, call.rows);
  return of;
}

}  // namespace gradus
