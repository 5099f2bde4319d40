// Matrix products. Where the sum runs over rows of both inputs as they are stored (a gradient of weights over the
// batch), it is one over leaves, as every sum over rows.
#include <algorithm>

#include "gradus/engine/kernels/highway/kernels.hpp"
#include "gradus/engine/kernels/highway/matmul_loops.hpp"

namespace gradus::highway {
namespace {

struct Matmul {
  MatrixLoops loops{};
  Product product;  // strides and sizes; rows are the block's
  bool all = false;
  bool in_leaves = false;
  std::size_t width = 4;
};

constexpr std::int64_t tile_columns = 64;  // of a product in leaves

std::size_t packed_of(const Matmul& of) {
  return of.product.b_column == 1 ? 0 : static_cast<std::size_t>(packed_bytes);
}

/// Partial tiles that wait at a time: one a level of the tree, and the newest.
std::int64_t heights_of(std::int64_t length) {
  std::int64_t n = 2;
  for (std::int64_t leaves = length / rows_per_leaf; leaves > 0; leaves /= 2) ++n;
  return n;
}

const std::byte* moved(const Matmul& of, const void* from, std::int64_t elements) {
  return static_cast<const std::byte*>(from) + static_cast<std::size_t>(elements) * of.width;
}

/// `columns` columns of C from `j` on: leaves on a stack; two of equal height are added, the older first.
void sum_leaves(const Matmul& of, const Product& all, std::int64_t j, std::int64_t columns, std::byte* stack) {
  const std::size_t tile = static_cast<std::size_t>(all.rows * columns) * of.width;
  const auto at = [&](std::int64_t height) { return stack + static_cast<std::size_t>(height) * tile; };
  const auto merge = [&](std::int64_t height) { of.loops.add(at(height - 2), at(height - 1), all.rows * columns); };
  std::int64_t height = 0;
  for (std::int64_t leaf = 0; leaf * rows_per_leaf < all.length; ++leaf) {
    Product part = all;
    part.a = moved(of, all.a, leaf * rows_per_leaf * all.a_l);
    part.b = moved(of, all.b, leaf * rows_per_leaf * all.b_l + j * all.b_column);
    part.c = at(height), part.c_row = columns, part.columns = columns;
    part.length = std::min(rows_per_leaf, all.length - leaf * rows_per_leaf);
    of.loops.multiply(part);
    ++height;
    for (std::int64_t done = leaf + 1; done % 2 == 0; done /= 2, --height) merge(height);
  }
  for (; height > 1; --height) merge(height);
  for (std::int64_t i = 0; i < all.rows; ++i) {
    const std::byte* row = stack + static_cast<std::size_t>(i * columns) * of.width;
    std::byte* to = static_cast<std::byte*>(all.c) + static_cast<std::size_t>(i * all.c_row + j) * of.width;
    std::copy_n(row, static_cast<std::size_t>(columns) * of.width, to);
  }
}

void run_matmul(const void* state, const Frame& frame) {
  const Matmul& of = *static_cast<const Matmul*>(state);
  Product product = of.product;
  product.a = frame.operands[0], product.b = frame.operands[1], product.c = frame.operands[2];
  product.packed = frame.scratch;
  if (!of.all) product.rows = frame.rows;
  if (!of.in_leaves || product.length <= rows_per_leaf) {
    of.loops.multiply(product);
    return;
  }
  for (std::int64_t j = 0; j < product.columns; j += tile_columns) {
    sum_leaves(of, product, j, std::min(tile_columns, product.columns - j), frame.scratch + packed_of(of));
  }
}

}  // namespace

Prepared prepare_matmul(const Call& call) {
  if (!call.op || call.op->name != "matmul") return refuse("not a matmul");
  const Operand &a = call.inputs[0], &b = call.inputs[1], &c = call.outputs[0];
  const DType dtype = c.type.dtype;
  if (dtype != DType::f32 && dtype != DType::f64) return refuse("a dtype that is not f32 or f64");
  if (a.type.shape.rank() != 2 || b.type.shape.rank() != 2) return refuse("a batch of matrices");
  if (b.access != Access::whole && call.block < call.rows) return refuse("a second matrix in blocks");
  const Access along_rows = call.transposed[0] ? Access::columns : Access::rows;
  const bool whole = call.block >= call.rows && (a.access == Access::whole || c.access == Access::whole);
  if (!whole && (a.access != along_rows || c.access != Access::rows || c.type.shape[0] != call.rows)) {
    return refuse("blocks that are not rows of the output");
  }
  Matmul of;
  of.loops = dtype == DType::f32 ? matrix_loops_f32() : matrix_loops_f64();
  of.width = size_of(dtype);
  of.all = whole;
  of.in_leaves = call.transposed[0];
  Product& product = of.product;
  product.rows = c.type.shape[0], product.columns = c.type.shape[1];
  product.length = a.type.shape[call.transposed[0] ? 0 : 1];
  product.a_row = call.transposed[0] ? 1 : a.type.shape[1];
  product.a_l = call.transposed[0] ? a.type.shape[1] : 1;
  product.b_l = call.transposed[1] ? 1 : b.type.shape[1];
  product.b_column = call.transposed[1] ? b.type.shape[1] : 1;
  product.c_row = c.type.shape[1];
  const std::int64_t rows = whole ? product.rows : std::min(call.block, call.rows);
  std::size_t scratch = packed_of(of);
  if (of.in_leaves) scratch += static_cast<std::size_t>(heights_of(product.length) * rows * tile_columns) * of.width;
  return {std::make_shared<Matmul>(of), run_matmul, scratch, {}};
}

}  // namespace gradus::highway
