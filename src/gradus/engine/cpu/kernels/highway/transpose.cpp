// A matrix transposed, in blocks of the input's rows or of its columns.
#include "gradus/core/ops/layout.hpp"
#include "gradus/engine/cpu/kernels/highway/kernels.hpp"
#include "gradus/engine/cpu/kernels/highway/matmul_loops.hpp"

namespace gradus::highway {
namespace {

struct Transpose {
  decltype(MatrixLoops::transpose) loop = nullptr;
  std::int64_t rows = 0, columns = 0;  // of the input
  bool all = false, by_columns = false;
  bool input_whole = false;  // its pointer does not move with the block
  std::size_t width = 4;
};

void run_transpose(const void* state, const Frame& frame) {
  const Transpose& of = *static_cast<const Transpose*>(state);
  const std::int64_t rows = of.all || of.by_columns ? of.rows : frame.rows;
  const std::int64_t columns = of.all || !of.by_columns ? of.columns : frame.rows;
  std::int64_t start = 0;
  if (of.input_whole && !of.all) start = frame.first * (of.by_columns ? 1 : of.columns);
  of.loop(frame.operands[0] + static_cast<std::size_t>(start) * of.width, of.columns, frame.operands[1], of.rows, rows,
          columns);
}

}  // namespace

Prepared prepare_transpose(const Call& call) {
  if (call.op != &transpose_op) return decline("not a transpose");
  const Operand &in = call.inputs[0], &out = call.outputs[0];
  if (in.type.shape.rank() != 2 || call.attrs.integers("order") != Integers{1, 0}) return decline("not of a matrix");
  Transpose of;
  of.width = size_of(in.type.dtype);
  if (of.width != 4 && of.width != 8) return decline("elements that are not 4 or 8 bytes");
  of.loop = (of.width == 4 ? matrix_loops_f32() : matrix_loops_f64()).transpose;
  of.rows = in.type.shape[0], of.columns = in.type.shape[1];
  of.input_whole = in.access == Access::whole;
  of.by_columns = out.access == Access::rows;
  of.all = out.access == Access::whole;
  const bool one = call.block >= call.rows;
  if (of.all && !one) return decline("a whole output written by several blocks");
  if (of.all && !of.input_whole && call.rows != (in.access == Access::rows ? of.rows : of.columns))
    return decline("another loop's blocks");
  if (of.all) return {std::make_shared<Transpose>(of), run_transpose, 0, {}};
  const Access other = of.by_columns ? Access::columns : Access::rows;
  if (in.access != other && !of.input_whole) return decline("the same access on both sides");
  if (call.rows != (of.by_columns ? of.columns : of.rows)) return decline("another loop's blocks");
  return {std::make_shared<Transpose>(of), run_transpose, 0, {}};
}

}  // namespace gradus::highway
