// Pooling where windows do not overlap and are two columns wide, which nearly all are; the rest is left to the ops' own
// loops.
#include "gradus/core/ops/pool.hpp"

#include "gradus/engine/cpu/kernels/highway/kernels.hpp"
#include "gradus/engine/cpu/kernels/highway/pool_loops.hpp"

namespace gradus::highway {
namespace {

struct Pool {
  PoolShape shape;
  PoolLoops loops;
  std::int64_t channels = 0;  // planes a row of the batch
  bool cut = false;           // a block is some of the rows
};

using Run = void (*)(const void* state, const Frame& frame);

PoolShape shape_of(const Pool& of, const Frame& frame) {
  PoolShape shape = of.shape;
  if (of.cut) shape.planes = frame.rows * of.channels;
  return shape;
}

/// A loop of one input and the output.
template <auto loop> void run_one(const void* state, const Frame& frame) {
  const Pool& of = *static_cast<const Pool*>(state);
  (of.loops.*loop)(shape_of(of, frame), frame.operands[0], frame.operands[1]);
}
template <auto loop> void run_two(const void* state, const Frame& frame) {
  const Pool& of = *static_cast<const Pool*>(state);
  (of.loops.*loop)(shape_of(of, frame), frame.operands[0], frame.operands[1], frame.operands[2]);
}

/// nullptr: no op of this family.
Run run_of(const Op* op) {
  if (op == &max_pool_op) return run_one<&PoolLoops::max>;
  if (op == &max_pool_scatter_op) return run_two<&PoolLoops::scatter>;
  if (op == &max_pool_select_op) return run_two<&PoolLoops::select>;
  if (op == &avg_pool_op) return run_one<&PoolLoops::average>;
  return op == &avg_pool_grad_op ? run_one<&PoolLoops::spread> : nullptr;
}

}  // namespace

Prepared prepare_pool(const Call& call) {
  const Run run = run_of(call.op);
  if (!run) return decline("not pooling");
  const Operand &in = call.inputs[0], &out = call.outputs[0];
  const Type& image = call.op == &avg_pool_grad_op ? out.type : in.type;
  const Windows windows = pool_windows(call.op->name, image, call.attrs);
  const Window &rows = windows.rows, &columns = windows.columns;
  if (columns.kernel != 2 || columns.stride != 2 || rows.kernel != rows.stride)
    return decline("windows not 2 wide and 2 apart");
  if (rows.padding != 0 || columns.padding != 0) return decline("padding");
  if (rows.kernel > 1000) return decline("windows higher than 1000");
  bool whole = true, in_rows = true;
  const auto look = [&](const Operand& operand) {
    whole = whole && (operand.access == Access::whole || (operand.access == Access::rows && call.block >= call.rows));
    in_rows = in_rows && operand.access == Access::rows && operand.type.shape[0] == call.rows;
  };
  for (const Operand& input : call.inputs) look(input);
  look(out);
  if (!whole && !in_rows) return decline("blocks that are not rows");
  Pool pool;
  pool.loops = image.dtype == DType::f32 ? pool_loops_f32() : pool_loops_f64();
  pool.channels = image.shape[1], pool.cut = !whole;
  pool.shape = {image.shape[0] * image.shape[1], rows.size, columns.size, rows.count, columns.count, rows.kernel};
  return {std::make_shared<Pool>(pool), run, 0, {}};
}

}  // namespace gradus::highway
