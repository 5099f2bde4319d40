// Matrix products. Where the sum runs over rows of both inputs as they are stored (a gradient of weights over the
// batch), it is one over leaves, as every sum over rows.
#include <algorithm>

#include "gradus/engine/cpu/kernels/block.hpp"
#include "gradus/engine/cpu/kernels/highway/kernels.hpp"
#include "gradus/engine/cpu/kernels/highway/matmul_loops.hpp"
#include "gradus/engine/cpu/kernels/matmul_call.hpp"

namespace gradus::highway {
namespace {

/// How the product is computed: by what is stored how, and by its sizes.
enum class Form { plain, turned, leaves };

struct Matmul {
  MatrixLoops loops{};
  Product product;  // strides and sizes; rows are the block's
  bool all = false;
  Form form = Form::plain;
  bool packs = false, partial = false;
  std::int64_t leaf = rows_per_leaf;
  std::size_t stack_at = 0;  // in scratch
};

/// Rows that lie this many numbers apart fall on few places of a cache: a strip of them is packed side by side.
constexpr std::int64_t far = 512;

void run_matmul(const void* state, const Frame& frame) {
  const Matmul& of = *static_cast<const Matmul*>(state);
  Product product = of.product;
  product.a = frame.operands[0], product.b = frame.operands[1], product.c = frame.operands[2];
  product.packed = of.packs ? frame.scratch : nullptr;
  if (of.partial) product.length = frame.rows;
  else if (!of.all) product.rows = frame.rows;
  product.stack = frame.scratch + of.stack_at;
  switch (of.form) {
    case Form::plain: return of.loops.multiply(product);
    case Form::turned: return of.loops.multiply_turned(product);
    case Form::leaves: return of.loops.multiply_leaves(product, of.leaf);
  }
}

/// Sets the form and what is packed; returns the numbers of scratch that packing takes.
std::int64_t choose_form(Matmul& of, const Call& call, std::int64_t rows) {
  constexpr std::int64_t longest_packed = 4096, wide = 32;  // columns of a strip, at most
  Product& product = of.product;
  const bool short_enough = product.length <= longest_packed;
  if (call.transposed[0]) {
    of.form = Form::leaves;
    product.pack_a = short_enough && product.a_l >= far && product.columns >= 4 * wide;
    product.pack_b = product.b_column != 1 || (short_enough && product.b_l >= far && rows >= 64);
    return product.length * ((product.pack_a ? rows : 0) + (product.pack_b ? wide : 0));
  }
  if (product.b_column != 1) {
    if (rows < 16 || product.a_l != 1 || !short_enough) return longest_part * 64;
    of.form = Form::turned;
    return turned_rows(rows) * (product.length + turned_tile);
  }
  return product.b_l >= 2 * far && rows >= 64 ? longest_part * 64 : 0;
}

}  // namespace

Prepared prepare_matmul(const Call& call) {
  const MatmulCall sizes = matmul_call(call);
  if (!sizes.refusal.empty()) return decline(sizes.refusal);
  const DType dtype = call.inputs[0].type.dtype;
  if (dtype != DType::f32 && dtype != DType::f64) return decline("a dtype that is not f32 or f64");
  Matmul of;
  of.loops = dtype == DType::f32 ? matrix_loops_f32() : matrix_loops_f64();
  of.all = sizes.whole, of.partial = sizes.partial, of.leaf = call.leaf;
  Product& product = of.product;
  product.rows = sizes.rows, product.columns = product.c_row = sizes.columns, product.length = sizes.length;
  product.a_row = sizes.a_row, product.a_l = sizes.a_l, product.b_l = sizes.b_l, product.b_column = sizes.b_column;
  const std::int64_t rows = sizes.rows;
  const std::int64_t packed = choose_form(of, call, rows);
  of.stack_at = aligned(static_cast<std::size_t>(packed) * size_of(dtype));
  of.packs = packed > 0;
  const std::size_t scratch = of.stack_at + (of.form == Form::leaves ? static_cast<std::size_t>(stack_bytes) : 0);
  return {std::make_shared<Matmul>(of), run_matmul, scratch, {}};
}

}  // namespace gradus::highway
