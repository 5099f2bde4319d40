// Products with few columns. A vector of a result's row would be mostly empty, so its numbers are had one by one, along
// the rows of A; or, where the sum runs over rows of both inputs (a gradient of weights), the other way round: the
// result is computed transposed, whose rows are long.
#include <algorithm>

#include "gradus/engine/cpu/kernels/block.hpp"
#include "gradus/engine/cpu/kernels/highway/kernels.hpp"
#include "gradus/engine/cpu/kernels/highway/narrow_loops.hpp"
#include "gradus/engine/cpu/kernels/matmul_call.hpp"

namespace gradus::highway {
namespace {

struct Narrow {
  NarrowLoop along = nullptr;
  MatrixLoops loops{};
  MatmulCall sizes;
  std::int64_t leaf = rows_per_leaf;
  std::size_t stack_at = 0;  // in scratch
};

/// C = A B with the columns of B side by side.
void run_along(const void* state, const Frame& frame) {
  const Narrow& of = *static_cast<const Narrow*>(state);
  const MatmulCall& sizes = of.sizes;
  Product product{
      .a = frame.operands[0], .a_row = sizes.a_row, .b = frame.operands[1], .b_l = 1, .b_column = sizes.b_column};
  product.c = frame.operands[2], product.c_row = sizes.columns;
  product.rows = sizes.whole || sizes.partial ? sizes.rows : frame.rows, product.columns = sizes.columns;
  product.length = sizes.partial ? frame.rows : sizes.length;
  if (sizes.b_l != 1) {
    product.b = frame.scratch, product.b_column = product.length;
    of.loops.transpose(frame.operands[1], sizes.b_l, frame.scratch, product.length, product.length, sizes.columns);
  }
  of.along(product);
}

/// C' = B' A over leaves.
void run_leaves(const void* state, const Frame& frame) {
  const Narrow& of = *static_cast<const Narrow*>(state);
  const MatmulCall& sizes = of.sizes;
  const std::int64_t rows = sizes.whole || sizes.partial ? sizes.rows : frame.rows;
  Product product{.a = frame.operands[1],
                  .a_row = sizes.b_column,
                  .a_l = sizes.b_l,
                  .b = frame.operands[0],
                  .b_l = sizes.a_l,
                  .b_column = 1};
  const bool turns = sizes.columns > 1;
  product.c = turns ? frame.scratch : frame.operands[2], product.c_row = rows;
  product.rows = sizes.columns, product.columns = rows, product.length = sizes.partial ? frame.rows : sizes.length;
  product.stack = frame.scratch + of.stack_at;
  of.loops.multiply_leaves(product, of.leaf);
  if (turns) of.loops.transpose(frame.scratch, rows, frame.operands[2], sizes.columns, sizes.columns, rows);
}

/// Measured: where sums along rows are faster than blocks of the result. By what all blocks of a product have in
/// common.
std::string refusal_of(const MatmulCall& sizes, std::int64_t all_rows) {
  if (sizes.leaves) return sizes.columns < 8 && sizes.columns < all_rows ? "" : "more columns, or fewer rows";
  return sizes.columns < 8 && sizes.length >= 8 * sizes.columns ? "" : "more columns, or shorter rows";
}

}  // namespace

Prepared prepare_narrow_matmul(const Call& call) {
  Narrow of;
  of.sizes = matmul_call(call);
  if (!of.sizes.refusal.empty()) return decline(of.sizes.refusal);
  const DType dtype = call.inputs[0].type.dtype;
  if (dtype != DType::f32 && dtype != DType::f64) return decline("a dtype that is not f32 or f64");
  std::string refusal = refusal_of(of.sizes, call.outputs[0].type.shape[is_partial(call) ? 1 : 0]);
  if (!refusal.empty()) return decline(std::move(refusal));
  of.along = dtype == DType::f32 ? narrow_loop_f32() : narrow_loop_f64();
  of.loops = dtype == DType::f32 ? matrix_loops_f32() : matrix_loops_f64();
  of.leaf = call.leaf;
  const std::int64_t turned = of.sizes.leaves ? of.sizes.rows : of.sizes.length;  // numbers a column
  of.stack_at = aligned(static_cast<std::size_t>(turned * of.sizes.columns) * size_of(dtype));
  const bool leaves = of.sizes.leaves;
  const std::size_t scratch = of.stack_at + (leaves ? static_cast<std::size_t>(stack_bytes) : 0);
  return {std::make_shared<Narrow>(std::move(of)), leaves ? run_leaves : run_along, scratch, {}};
}

}  // namespace gradus::highway
