#include "gradus/core/ops/layout.hpp"
#include "gradus/engine/cpu/kernels/avx512/bf16_loops.hpp"
#include "gradus/engine/cpu/kernels/avx512/kernels.hpp"
#include "gradus/engine/cpu/kernels/avx512/narrow.hpp"

namespace gradus::avx512 {
namespace {

struct Cast {
  bool whole = false;
  std::int64_t count = 0;  // of a row, or of all
};

void run_cast(const void* state, const Frame& frame) {
  const Cast& of = *static_cast<const Cast*>(state);
  narrow(reinterpret_cast<const float*>(frame.operands[0]), reinterpret_cast<Bf16*>(frame.operands[1]),
         of.whole ? of.count : of.count * frame.rows);
}

}  // namespace

Prepared prepare_cast(const Call& call) {
  if (call.op != &cast_op) return decline("not a cast");
  const Operand &in = call.inputs[0], &out = call.outputs[0];
  if (in.type.dtype != DType::f32 || out.type.dtype != DType::bf16) return decline("not f32 to bf16");
  if (in.access != out.access || (in.access != Access::rows && in.access != Access::whole)) {
    return decline("neither rows nor the whole");
  }
  if (!has_bf16_products()) return decline("no AVX-512 BF16");
  const bool whole = in.access == Access::whole;
  const std::int64_t rows = whole ? 1 : call.rows;
  return {std::make_shared<Cast>(Cast{whole, rows == 0 ? 0 : in.type.shape.count() / rows}), run_cast, 0, {}};
}

}  // namespace gradus::avx512
