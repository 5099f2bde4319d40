// Products of bf16 matrices on the f32 loops: the block of A is widened once, B strip by strip, into the nearest cache.
// Does no less than an f32 product, on any machine.
#include <algorithm>

#include "gradus/engine/cpu/kernels/block.hpp"
#include "gradus/engine/cpu/kernels/highway/bf16_loops.hpp"
#include "gradus/engine/cpu/kernels/highway/kernels.hpp"
#include "gradus/engine/cpu/kernels/highway/matmul_loops.hpp"
#include "gradus/engine/cpu/kernels/matmul_call.hpp"

namespace gradus::highway {
namespace {

constexpr std::int64_t strip = 64;  // columns of B that are widened at a time

struct Matmul {
  MatrixLoops loops{};
  Bf16Loops bf16{};
  MatmulCall sizes;
  std::int64_t leaf = rows_per_leaf;
  std::size_t b_at = 0, packed_at = 0, stack_at = 0;  // in scratch, after A
};

/// to[r, 0 .. columns) = from[r, 0 .. columns) for each of `rows` rows that lie `stride` apart.
void widen(const Bf16Loops& loops, const Bf16* from, std::int64_t stride, float* to, std::int64_t rows,
           std::int64_t columns) {
  if (stride == columns) return loops.widen(from, to, rows * columns);
  for (std::int64_t r = 0; r < rows; ++r) loops.widen(from + r * stride, to + r * columns, columns);
}

/// Columns j .. j + columns of B, terms l .. l + length, as f32; sets where they are in `product`.
void widen_strip(const Matmul& of, const Bf16* b, float* to, std::int64_t l, std::int64_t length, std::int64_t j,
                 Product& product) {
  const Bf16* from = b + l * of.sizes.b_l + j * of.sizes.b_column;
  const bool turned = of.sizes.b_column != 1;
  if (turned) widen(of.bf16, from, of.sizes.b_column, to, product.columns, length);
  else widen(of.bf16, from, of.sizes.b_l, to, length, product.columns);
  product.b = to, product.length = length;
  product.b_l = turned ? 1 : product.columns, product.b_column = turned ? length : 1;
}

void run_matmul(const void* state, const Frame& frame) {
  const Matmul& of = *static_cast<const Matmul*>(state);
  const auto* a = reinterpret_cast<const Bf16*>(frame.operands[0]);
  const auto* b = reinterpret_cast<const Bf16*>(frame.operands[1]);
  float* c = reinterpret_cast<float*>(frame.operands[2]);
  auto* const wide_a = reinterpret_cast<float*>(frame.scratch);
  auto* const wide_b = reinterpret_cast<float*>(frame.scratch + of.b_at);
  const std::int64_t rows = of.sizes.whole || of.sizes.partial ? of.sizes.rows : frame.rows;
  const std::int64_t length = of.sizes.partial ? frame.rows : of.sizes.length;
  if (of.sizes.leaves) widen(of.bf16, a, of.sizes.a_l, wide_a, length, rows);
  else widen(of.bf16, a, of.sizes.a_row, wide_a, rows, length);
  Product product;
  product.rows = rows, product.c_row = of.sizes.columns;
  product.a_row = of.sizes.leaves ? 1 : length, product.a_l = of.sizes.leaves ? rows : 1;
  for (std::int64_t j = 0; j < of.sizes.columns; j += strip) {
    product.columns = std::min(strip, of.sizes.columns - j);
    product.c = c + j;
    const bool turned = of.sizes.b_column != 1;
    product.packed = turned ? frame.scratch + of.packed_at : nullptr;
    if (of.sizes.leaves) {
      widen_strip(of, b, wide_b, 0, length, j, product);
      product.a = wide_a, product.pack_b = turned, product.stack = frame.scratch + of.stack_at;
      of.loops.multiply_leaves(product, of.leaf);
      continue;
    }
    for (std::int64_t l = 0; l == 0 || l < length; l += longest_part) {
      widen_strip(of, b, wide_b, l, std::min(longest_part, length - l), j, product);
      product.a = wide_a + l, product.onto = l > 0;
      of.loops.multiply(product);
    }
  }
}

std::size_t numbers(std::int64_t n) { return aligned(static_cast<std::size_t>(n) * sizeof(float)); }

}  // namespace

Prepared prepare_matmul_bf16(const Call& call) {
  Matmul of;
  of.sizes = matmul_call(call);
  if (!of.sizes.refusal.empty()) return decline(of.sizes.refusal);
  if (call.inputs[0].type.dtype != DType::bf16) return decline("matrices that are not bf16");
  of.loops = matrix_loops_f32(), of.bf16 = bf16_loops(), of.leaf = call.leaf;
  const std::int64_t length = of.sizes.leaves ? of.sizes.length : std::min(of.sizes.length, longest_part);
  of.b_at = numbers(of.sizes.rows * of.sizes.length);
  of.packed_at = of.b_at + numbers(length * strip);
  of.stack_at = of.packed_at + (of.sizes.b_column == 1 ? 0 : numbers(length * strip));
  const std::size_t scratch = of.stack_at + (of.sizes.leaves ? static_cast<std::size_t>(stack_bytes) : 0);
  return {std::make_shared<Matmul>(std::move(of)), run_matmul, scratch, {}};
}

}  // namespace gradus::highway
