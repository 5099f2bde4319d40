// f32 to bf16 and back.
#include "gradus/core/ops/layout.hpp"
#include "gradus/engine/cpu/kernels/block.hpp"
#include "gradus/engine/cpu/kernels/highway/bf16_loops.hpp"
#include "gradus/engine/cpu/kernels/highway/kernels.hpp"

namespace gradus::highway {
namespace {

struct Cast {
  Bf16Loops loops{};
  bool narrows = false, whole = false;
  std::int64_t count = 0;  // of a row, or of all
};

void run_cast(const void* state, const Frame& frame) {
  const Cast& of = *static_cast<const Cast*>(state);
  const std::int64_t n = of.whole ? of.count : of.count * frame.rows;
  const std::byte* from = frame.operands[0];
  std::byte* to = frame.operands[1];
  if (of.narrows) of.loops.narrow(reinterpret_cast<const float*>(from), reinterpret_cast<Bf16*>(to), n);
  else of.loops.widen(reinterpret_cast<const Bf16*>(from), reinterpret_cast<float*>(to), n);
}

}  // namespace

Prepared prepare_cast(const Call& call) {
  if (call.op != &cast_op) return decline("not a cast");
  const Operand &in = call.inputs[0], &out = call.outputs[0];
  Cast of;
  of.narrows = in.type.dtype == DType::f32 && out.type.dtype == DType::bf16;
  if (!of.narrows && (in.type.dtype != DType::bf16 || out.type.dtype != DType::f32)) return decline("no bf16");
  if (in.access != out.access || (in.access != Access::rows && in.access != Access::whole)) {
    return decline("neither rows nor the whole");
  }
  of.loops = bf16_loops();
  of.whole = in.access == Access::whole;
  const std::int64_t rows = of.whole ? 1 : call.rows;
  of.count = rows == 0 ? 0 : in.type.shape.count() / rows;
  return {std::make_shared<Cast>(of), run_cast, 0, {}};
}

}  // namespace gradus::highway
