// gather, scatter_add, one_hot: rows by index.
#include <algorithm>
#include <cstring>

#include "gradus/core/base/checked_cast.hpp"
#include "gradus/core/ops/axes.hpp"
#include "gradus/core/ops/index.hpp"
#include "gradus/engine/cpu/kernels/block.hpp"
#include "gradus/engine/cpu/kernels/highway/find_between.hpp"
#include "gradus/engine/cpu/kernels/highway/matmul_loops.hpp"
#include "gradus/engine/cpu/kernels/moves/copy.hpp"
#include "gradus/engine/cpu/kernels/moves/kernels.hpp"

namespace gradus::moves {
namespace {

/// [outer, size, inner] around the axis of the indices: of what is gathered from, or of what is added to.
struct Indexed {
  bool wide = false;  // indices of i64
  std::int64_t size = 0, inner = 0;
  std::int64_t outer = 1, outer_row = 0;      // outer of all; of each row of a block, where blocks are of it
  std::int64_t indices = 0, indices_row = 0;  // likewise
  std::size_t width = 4;
  DType dtype = DType::f32;
  bool rows_along = false;  // scatter_add: blocks are of the axis itself
  void (*add)(void*, const void*, std::int64_t) = nullptr;
  highway::FindBetween find = nullptr;

  std::int64_t outer_of(const Frame& frame) const { return outer_row ? outer_row * frame.rows : outer; }
  std::int64_t indices_of(const Frame& frame) const { return indices_row ? indices_row * frame.rows : indices; }
};

/// Calls f(place among the block's indices, index) in their order.
template <class F>
void for_each_index(const Op& op, const Indexed& of, const std::byte* indices, const Frame& frame, F&& f) {
  const auto walk = [&]<class T>(const T* all) {
    const std::int64_t count = of.indices_of(frame);
    for (std::int64_t i = 0; i < count; ++i) {
      const auto index = static_cast<std::int64_t>(all[i]);
      if (index < 0 || index >= of.size) refuse_index(op.name, index, of.indices_row * frame.first + i, of.size);
      f(i, index);
    }
  };
  if (of.wide) walk(reinterpret_cast<const std::int64_t*>(indices));
  else walk(reinterpret_cast<const std::int32_t*>(indices));
}

/// Numbers of a call whose indices are input `which`, and whose axis is that of `type`. False: other blocks than the
/// op's own.
bool describe(Indexed& of, const Call& call, std::size_t which, const Type& type) {
  const Operand &indices = call.inputs[which], &out = call.outputs[0];
  const auto along = checked_cast<int>(call.attrs.integer("axis"));
  const AroundAxis at = split(type.shape, along);
  of.wide = indices.type.dtype == DType::i64;
  of.size = at.size, of.inner = at.inner, of.outer = at.outer;
  of.indices = indices.type.shape.count();
  of.dtype = type.dtype, of.width = size_of(type.dtype);
  if (call.block >= call.rows) return true;
  if (out.access != Access::rows || out.type.shape[0] != call.rows) return false;
  const Access of_x = call.inputs[0].access;
  if (along > 0) {
    of.outer_row = at.outer / call.rows;
    return of_x == Access::rows && indices.access == Access::whole;
  }
  return of_x == Access::whole;
}

void run_gather(const void* state, const Frame& frame) {
  const Indexed& of = *static_cast<const Indexed*>(state);
  const std::size_t run = static_cast<std::size_t>(of.inner) * of.width;
  const std::int64_t outer = of.outer_of(frame), count = of.indices_of(frame);
  if (outer == 0) for_each_index(gather_op, of, frame.operands[1], frame, [](std::int64_t, std::int64_t) {});
  for (std::int64_t i = 0; i < outer; ++i) {  // rows in order: what is written is written along
    const std::byte* const from = frame.operands[0] + static_cast<std::size_t>(i * of.size) * run;
    std::byte* const to = frame.operands[2] + static_cast<std::size_t>(i * count) * run;
    for_each_index(gather_op, of, frame.operands[1], frame, [&](std::int64_t place, std::int64_t index) {
      copy_bytes(from + static_cast<std::size_t>(index) * run, to + static_cast<std::size_t>(place) * run, run);
    });
  }
}

template <class T> void add_numbers(void* to, const void* x, std::int64_t n) {
  using Sum = std::conditional_t<std::is_integral_v<T>, std::make_unsigned<T>, std::type_identity<T>>;  // integers wrap
  using S = typename Sum::type;
  T* y = static_cast<T*>(to);
  const T* from = static_cast<const T*>(x);
  for (std::int64_t i = 0; i < n; ++i) y[i] = static_cast<T>(static_cast<S>(y[i]) + static_cast<S>(from[i]));
}

/// Calls f(place, index) for the indices of a block of rows. The first block sees to it that there are no others than
/// of all rows.
template <class F> void for_each_in_block(const Indexed& of, const std::byte* indices, const Frame& frame, F&& f) {
  if (frame.first == 0) for_each_index(scatter_add_op, of, indices, frame, [](std::int64_t, std::int64_t) {});
  const std::int64_t end = frame.first + frame.rows;
  std::int64_t place = -1;
  while ((place = of.find(indices, place + 1, of.indices, frame.first, end)) < of.indices) {
    f(place, of.wide ? reinterpret_cast<const std::int64_t*>(indices)[place]
                     : std::int64_t{reinterpret_cast<const std::int32_t*>(indices)[place]});
  }
}

void run_scatter_add(const void* state, const Frame& frame) {
  const Indexed& of = *static_cast<const Indexed*>(state);
  const std::int64_t outer = of.outer_of(frame), rows = of.rows_along ? frame.rows : of.size;
  const std::byte* const x = frame.operands[0];
  std::byte* const y = frame.operands[2];
  const auto bytes = [&](std::int64_t runs) { return static_cast<std::size_t>(runs * of.inner) * of.width; };
  std::memset(y, 0, bytes(outer * rows));
  const auto add = [&](std::int64_t place, std::int64_t row) {
    for (std::int64_t i = 0; i < outer; ++i) {
      of.add(y + bytes(i * rows + row), x + bytes(i * of.indices + place), of.inner);
    }
  };
  if (!of.rows_along) return for_each_index(scatter_add_op, of, frame.operands[1], frame, add);
  for_each_in_block(of, frame.operands[1], frame,
                    [&](std::int64_t place, std::int64_t index) { add(place, index - frame.first); });
}

template <class T> void mark(std::byte* to, std::int64_t element) {
  const T one{1};
  std::memcpy(to + static_cast<std::size_t>(element) * sizeof(T), &one, sizeof(T));
}

void run_one_hot(const void* state, const Frame& frame) {
  const Indexed& of = *static_cast<const Indexed*>(state);
  std::byte* const to = frame.operands[1];
  std::memset(to, 0, static_cast<std::size_t>(of.indices_of(frame) * of.size) * of.width);
  visit(of.dtype, [&]<class T>(std::type_identity<T>) {
    for_each_index(one_hot_op, of, frame.operands[0], frame,
                   [&](std::int64_t place, std::int64_t index) { mark<T>(to, place * of.size + index); });
  });
}

}  // namespace

Prepared prepare_gather(const Call& call) {
  if (call.op != &gather_op) return decline("not a gather");
  auto of = std::make_shared<Indexed>();
  bool fits = describe(*of, call, 1, call.inputs[0].type);
  if (fits && call.block < call.rows && call.attrs.integer("axis") == 0) {
    of->indices_row = of->indices / call.rows;
    fits = call.inputs[1].access == Access::rows;
  }
  if (!fits) return decline("blocks that are not the op's");
  return {std::move(of), run_gather, 0, {}};
}

Prepared prepare_scatter_add(const Call& call) {
  if (call.op != &scatter_add_op) return decline("not a scatter_add");
  auto of = std::make_shared<Indexed>();
  bool fits = describe(*of, call, 1, call.outputs[0].type);
  if (fits && call.block < call.rows && call.attrs.integer("axis") == 0) {
    of->rows_along = true;
    of->find = of->wide ? highway::find_between_i64() : highway::find_between_i32();
    fits = call.inputs[1].access == Access::whole;
  }
  if (!fits) return decline("blocks that are not the op's");
  constexpr std::int64_t long_run = 16;  // from so many numbers on a call is worth its vectors
  visit(of->dtype, [&]<class T>(std::type_identity<T>) { of->add = add_numbers<T>; });
  if (of->inner >= long_run && of->dtype == DType::f32) of->add = highway::matrix_loops_f32().add;
  if (of->inner >= long_run && of->dtype == DType::f64) of->add = highway::matrix_loops_f64().add;
  return {std::move(of), run_scatter_add, 0, {}};
}

Prepared prepare_one_hot(const Call& call) {
  if (call.op != &one_hot_op) return decline("not a one_hot");
  const Operand &indices = call.inputs[0], &out = call.outputs[0];
  auto of = std::make_shared<Indexed>();
  of->wide = indices.type.dtype == DType::i64;
  of->size = out.type.shape.last(), of->indices = indices.type.shape.count();
  of->dtype = out.type.dtype, of->width = size_of(out.type.dtype);
  if (call.block < call.rows) {
    if (out.access != Access::rows || indices.access != Access::rows) return decline("blocks that are not the op's");
    of->indices_row = of->indices / call.rows;
  }
  return {std::move(of), run_one_hot, 0, {}};
}

}  // namespace gradus::moves
