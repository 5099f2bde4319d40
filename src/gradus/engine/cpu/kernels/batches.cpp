#include "gradus/engine/cpu/kernels/batches.hpp"

#include <algorithm>
#include <array>

#include "gradus/core/base/checked_cast.hpp"
#include "gradus/core/ops/matmul.hpp"
#include "gradus/engine/cpu/kernels/block.hpp"
#include "gradus/engine/cpu/kernels/highway/transpose_loops.hpp"

namespace gradus {
namespace {

/// An axis of the batch: how far apart, in bytes, two neighbors' matrices lie; 0 where it is one for all.
struct BatchAxis {
  std::int64_t size = 1;
  std::array<std::int64_t, 3> steps{};  // of A, B, C
};

struct Batches {
  Prepared one;           // of two matrices
  std::int64_t rows = 0;  // of A and C of one product; of a row of the batch, where the product is one of all rows
  bool all_rows = false;  // one product for a block
  bool cut = false;       // blocks are of the first axis
  std::vector<BatchAxis> axes;
  highway::TransposeLoop turn = nullptr;  // B into scratch
  std::int64_t length = 0, columns = 0;
  std::size_t turned_at = 0;
};

Shape matrix_of(const Shape& shape) { return Shape(shape.sizes().last(2)); }
Shape batch_of(const Shape& shape) { return Shape(shape.sizes().first(static_cast<std::size_t>(shape.rank() - 2))); }
std::int64_t bytes(const Operand& operand) { return static_cast<std::int64_t>(size_of(operand.type.dtype)); }

void run_all_rows(const void* state, const Frame& frame) {
  const Batches& of = *static_cast<const Batches*>(state);
  Frame inner = frame;
  inner.first = of.cut ? frame.first * of.rows : 0;
  inner.rows = of.cut ? frame.rows * of.rows : of.rows;
  of.one.run(of.one.state.get(), inner);
}

void run_each(const void* state, const Frame& frame) {
  const Batches& of = *static_cast<const Batches*>(state);
  std::array<std::byte*, 3> at{frame.operands[0], frame.operands[1], frame.operands[2]};
  std::array<std::int64_t, max_rank> index{};
  const std::byte* turned = nullptr;
  const auto size = [&](std::size_t axis) { return axis == 0 && of.cut ? frame.rows : of.axes[axis].size; };
  for (std::size_t axis = 0; axis < of.axes.size(); ++axis) {
    if (size(axis) == 0) return;
  }
  while (true) {
    std::array<std::byte*, 3> operands = at;
    if (of.turn) {
      operands[1] = frame.scratch + of.turned_at;
      if (turned != at[1]) of.turn(at[1], of.length, operands[1], of.columns, of.columns, of.length);
      turned = at[1];
    }
    of.one.run(of.one.state.get(), {operands.data(), 0, of.rows, frame.scratch, frame.past_caches});
    std::size_t axis = of.axes.size();
    for (bool moved = false; !moved;) {
      if (axis == 0) return;
      const BatchAxis& next = of.axes[--axis];
      moved = ++index[axis] < size(axis);
      if (!moved) index[axis] = 0;
      for (std::size_t i = 0; i < 3; ++i) at[i] += next.steps[i] * (moved ? 1 : 1 - size(axis));
    }
  }
}

/// The axes of the batch, the outermost first.
std::vector<BatchAxis> axes_of(const Call& call) {
  const Operand* operands[] = {&call.inputs[0], &call.inputs[1], &call.outputs[0]};
  const Shape batch = batch_of(call.outputs[0].type.shape);
  std::vector<BatchAxis> axes(static_cast<std::size_t>(batch.rank()));
  for (std::size_t i = 0; i < 3; ++i) {
    const Shape& shape = operands[i]->type.shape;
    const Strides steps = broadcast_strides(batch_of(shape), batch);
    for (std::size_t axis = 0; axis < axes.size(); ++axis) {
      axes[axis].size = batch[checked_cast<int>(axis)];
      axes[axis].steps[i] = steps[axis] * matrix_of(shape).count() * bytes(*operands[i]);
    }
  }
  return axes;
}

std::string refusal_of(const Call& call) {
  if (is_partial(call)) return "parts of a sum over a batch of products";
  const Operand& out = call.outputs[0];
  if (call.block >= call.rows) return "";
  if (out.access != Access::rows || out.type.shape[0] != call.rows) return "blocks that are not rows of the output";
  for (const Operand& input : call.inputs) {
    const bool has_rows = input.type.shape.rank() == out.type.shape.rank() && input.type.shape[0] == call.rows;
    if (input.access != (has_rows ? Access::rows : Access::whole)) return "an input in other blocks than the output";
  }
  return "";
}

/// The product of two matrices with so many rows, `block` of them at a time.
Call product_of(const Call& call, std::int64_t rows, std::int64_t block) {
  Call one = call;
  const auto shape = [&](std::size_t i) { return matrix_of(call.inputs[i].type.shape); };
  one.inputs[0].type.shape = call.transposed[0] ? shape(0) : shape(0).with(0, rows);
  one.inputs[0].access = call.transposed[0] ? Access::columns : Access::rows;
  one.inputs[1].type.shape = shape(1), one.inputs[1].access = Access::whole;
  one.outputs[0].type.shape = matrix_of(call.outputs[0].type.shape).with(0, rows);
  one.outputs[0].access = Access::rows;
  one.rows = rows, one.block = block;
  if (call.transposed[0]) one.leaf = std::max<std::int64_t>(shape(0)[0], 1);  // not a sum over rows of the batch
  return one;
}

/// Takes the axes along which B is one for all, and rows of A and C go on, into the rows of the product. Returns how
/// many these are then.
std::int64_t take_into_rows(std::vector<BatchAxis>& axes, const Call& call, std::int64_t rows) {
  const std::int64_t a_row = call.inputs[0].type.shape.last() * bytes(call.inputs[0]);
  while (!axes.empty() && !call.transposed[0]) {
    const BatchAxis& last = axes.back();
    if (last.size != 1 && (last.steps[1] != 0 || last.steps[0] != rows * a_row)) break;
    rows *= last.size;
    axes.pop_back();
  }
  return rows;
}

/// Where `prepare` refuses a second matrix that is stored transposed: turned first, in scratch.
void turn_second(Batches& of, Call& one) {
  constexpr std::int64_t least_rows = 16, largest = 1 << 16;
  const Operand& b = one.inputs[1];
  if (!one.transposed[1] || of.rows < least_rows || b.type.shape.count() > largest) return;
  of.turn = highway::transpose_loop(size_of(b.type.dtype));
  of.length = b.type.shape[1], of.columns = b.type.shape[0];
  one.inputs[1].type.shape = with_last_axes_swapped(b.type.shape);
  one.transposed[1] = false;
}

}  // namespace

Prepared prepare_in_batches(const Call& call, Prepare prepare, SecondMatrix second) {
  if (call.op != &matmul_op && call.op != &outer_sum_op) return decline("not a product of matrices");
  if (call.inputs[0].type.shape.rank() == 2 && call.inputs[1].type.shape.rank() == 2) {
    if (call.op == &matmul_op) return prepare(call);
    Call product = call;
    product.op = &matmul_op, product.transposed[0] = true;
    return prepare(product);
  }
  if (call.op == &outer_sum_op) return decline("a sum over more axes than one");
  if (std::string refusal = refusal_of(call); !refusal.empty()) return decline(std::move(refusal));
  auto of = std::make_shared<Batches>();
  const Shape& out = call.outputs[0].type.shape;
  of->axes = axes_of(call);
  of->cut = call.outputs[0].access == Access::rows && out[0] == call.rows;
  of->rows = take_into_rows(of->axes, call, out[out.rank() - 2]);
  of->all_rows = of->axes.empty();
  if (of->all_rows) {
    if (of->cut) of->rows = out[0] == 0 ? 0 : of->rows / out[0];
    of->one = prepare(
        product_of(call, of->cut ? call.rows * of->rows : of->rows, of->cut ? call.block * of->rows : of->rows));
  } else {
    Call one = product_of(call, of->rows, of->rows);
    if (second == SecondMatrix::turned) turn_second(*of, one);
    of->one = prepare(one);
  }
  if (!of->one) return decline(of->one.refusal);
  std::size_t scratch = of->one.scratch;
  if (of->turn) {
    of->turned_at = aligned(scratch);
    scratch = of->turned_at + static_cast<std::size_t>(of->length * of->columns * bytes(call.inputs[1]));
  }
  const bool all_rows = of->all_rows;
  return {std::move(of), all_rows ? run_all_rows : run_each, scratch, {}};
}

}  // namespace gradus
