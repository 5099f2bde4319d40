#include "gradus/engine/cpu/kernels/avx512/kernels.hpp"

#include "gradus/engine/cpu/kernels/avx512/bf16_loops.hpp"
#include "gradus/engine/cpu/kernels/matmul_call.hpp"

namespace gradus::avx512 {
namespace {

struct Matmul {
  MatmulCall sizes;
  std::int64_t leaf = rows_per_leaf;
};

void run_matmul(const void* state, const Frame& frame) {
  const Matmul& of = *static_cast<const Matmul*>(state);
  const MatmulCall& sizes = of.sizes;
  Bf16Product product;
  product.a = reinterpret_cast<const Bf16*>(frame.operands[0]), product.a_row = sizes.a_row, product.a_l = sizes.a_l;
  product.b = reinterpret_cast<const Bf16*>(frame.operands[1]);
  product.b_l = sizes.b_l, product.b_column = sizes.b_column;
  product.c = reinterpret_cast<float*>(frame.operands[2]), product.c_row = sizes.columns;
  product.rows = sizes.whole || sizes.partial ? sizes.rows : frame.rows;
  product.columns = sizes.columns;
  product.length = sizes.partial ? frame.rows : sizes.length;
  product.scratch = frame.scratch;
  if (sizes.leaves) multiply_leaves(product, of.leaf);
  else multiply(product);
}

}  // namespace

Prepared prepare_matmul_bf16(const Call& call) {
  Matmul of{matmul_call(call), call.leaf};
  const MatmulCall& sizes = of.sizes;
  if (!sizes.refusal.empty()) return decline(sizes.refusal);
  if (call.inputs[0].type.dtype != DType::bf16) return decline("matrices that are not bf16");
  if (!has_bf16_products()) return decline("no AVX-512 BF16");
  const std::size_t scratch = sizes.leaves ? multiply_leaves_bytes(sizes.rows, sizes.length, of.leaf)
                                           : multiply_bytes(sizes.columns, sizes.length);
  return {std::make_shared<Matmul>(std::move(of)), run_matmul, scratch, {}};
}

}  // namespace gradus::avx512
