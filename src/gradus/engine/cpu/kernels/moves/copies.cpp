// The ops of layout as copies with strides: by what each reads where.
#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "gradus/core/base/checked_cast.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/engine/cpu/kernels/block.hpp"
#include "gradus/engine/cpu/kernels/moves/copy.hpp"
#include "gradus/engine/cpu/kernels/moves/kernels.hpp"

namespace gradus::moves {
namespace {

/// One input's part of a block of the output. `from` and `to`: where it begins in each, in elements.
struct Piece {
  std::size_t input = 0;
  std::int64_t from = 0, to = 0;
  StridedCopy copy;
};

/// What a block of a number of rows takes.
struct Pieces {
  std::size_t zeros = 0;  // bytes of the output that are cleared before
  std::vector<Piece> all;
};

/// A call's operands as a block of `rows` rows sees them. Strides are those of the whole values: what a block has of
/// them lies as far apart.
struct Seen {
  const Call& call;
  std::int64_t rows;
  Shape input(std::size_t i) const { return block_type(call.inputs[i], rows).shape; }
  Shape output() const { return block_type(call.outputs[0], rows).shape; }
  Strides from(std::size_t i) const { return strides(call.inputs[i].type.shape); }
  Strides to() const { return strides(call.outputs[0].type.shape); }
  std::size_t width() const { return size_of(call.outputs[0].type.dtype); }
};

Piece part(const Seen& seen, const Shape& sizes, const Strides& from, const Strides& to) {
  std::vector<Walk> walks;
  for (int axis = 0; axis < sizes.rank(); ++axis) {
    const auto i = static_cast<std::size_t>(axis);
    walks.push_back({sizes[axis], from[i], to[i]});
  }
  return {.copy = StridedCopy(std::move(walks), seen.width())};
}

Pieces transposed(const Seen& seen) {
  const Strides own = seen.from(0);
  Strides from{};
  const Integers& order = seen.call.attrs.integers("order");
  for (std::size_t i = 0; i < order.size(); ++i) from[i] = own[static_cast<std::size_t>(order[i])];
  return {0, {part(seen, seen.output(), from, seen.to())}};
}

Pieces reshaped(const Seen& seen) {
  const std::int64_t count = seen.output().count();
  return {0, {{.copy = StridedCopy({{count, 1, 1}}, seen.width())}}};
}

Pieces broadcasted(const Seen& seen) {
  const Strides from = broadcast_strides(seen.call.inputs[0].type.shape, seen.call.outputs[0].type.shape);
  return {0, {part(seen, seen.output(), from, seen.to())}};
}

/// Strides of the window that `attrs` name in an array; adds where it begins to `start`.
Strides window(const Seen& seen, Strides own, const Shape& shape, std::int64_t& start) {
  const Attrs& attrs = seen.call.attrs;
  for (std::size_t i = 0; i < static_cast<std::size_t>(shape.rank()); ++i) {
    start += attrs.integers("start")[i] * own[i];
    own[i] *= std::min(attrs.integers("step")[i], shape[checked_cast<int>(i)]);  // beyond, it meets one element
  }
  return own;
}

Pieces sliced(const Seen& seen) {
  std::int64_t start = 0;
  const Strides from = window(seen, seen.from(0), seen.call.inputs[0].type.shape, start);
  Piece one = part(seen, seen.output(), from, seen.to());
  one.from = start;
  return {0, {std::move(one)}};
}

Pieces unsliced(const Seen& seen) {
  std::int64_t start = 0;
  const Strides to = window(seen, seen.to(), seen.call.outputs[0].type.shape, start);
  Piece one = part(seen, seen.input(0), seen.from(0), to);
  one.to = start;
  return {byte_count(block_type(seen.call.outputs[0], seen.rows)), {std::move(one)}};
}

Pieces joined(const Seen& seen) {
  const auto axis = checked_cast<int>(seen.call.attrs.integer("axis"));
  const Strides to = seen.to();
  Pieces parts;
  std::int64_t before = 0;
  for (std::size_t i = 0; i < seen.call.inputs.size(); ++i) {
    Piece next = part(seen, seen.input(i), seen.from(i), to);
    next.input = i, next.to = before * to[static_cast<std::size_t>(axis)];
    before += seen.call.inputs[i].type.shape[axis];
    parts.all.push_back(std::move(next));
  }
  return parts;
}

using Plans = Pieces (*)(const Seen&);

/// nullptr: no copy.
Plans plans_of(const Op* op) {
  static const std::unordered_map<const Op*, Plans> all{{&transpose_op, transposed},  {&reshape_op, reshaped},
                                                        {&broadcast_op, broadcasted}, {&slice_op, sliced},
                                                        {&unslice_op, unsliced},      {&concatenate_op, joined}};
  const auto found = all.find(op);
  return found == all.end() ? nullptr : found->second;
}

struct Copies {
  Pieces full, rest;
  std::int64_t block = 0;
  std::size_t inputs = 0, width = 0;
};

void run_copies(const void* state, const Frame& frame) {
  const Copies& of = *static_cast<const Copies*>(state);
  const Pieces& parts = frame.rows == of.block ? of.full : of.rest;
  std::byte* const out = frame.operands[of.inputs];
  if (parts.zeros > 0) std::memset(out, 0, parts.zeros);
  for (const Piece& part : parts.all) {
    part.copy.run(frame.operands[part.input] + part.from * static_cast<std::int64_t>(of.width),
                  out + part.to * static_cast<std::int64_t>(of.width));
  }
}

std::string refusal_of(const Call& call) {
  const Operand& out = call.outputs[0];
  if (out.access == Access::part) return "parts of a sum";
  const bool one = call.block >= call.rows;
  if (out.access == Access::whole) return one ? "" : "a whole output written by several blocks";
  if (out.access == Access::columns) {
    const bool turns = call.op == &transpose_op && out.type.shape.rank() == 2 && call.inputs[0].access == Access::rows;
    return turns || one ? "" : "columns of what is no transposed matrix";
  }
  return one || attrs_of_block(call, {0, call.block}) ? "" : "the op has no blocks of rows";
}

/// Whether the blocks' pointers move as the op's blocks say, so that strides need not know the block.
bool moves_along(const Call& call) {
  if (call.block >= call.rows || call.outputs[0].access != Access::rows) return true;
  std::vector<Type> types;
  for (const Operand& input : call.inputs) types.push_back(input.type);
  const auto block = call.op->block(types, Node{call.op, {}, call.attrs, call.outputs[0].type}, {0, call.block});
  for (std::size_t i = 0; i < types.size(); ++i) {
    const int axis = block->axes[i];
    const Access expected = axis == Block::whole ? Access::whole : axis == 0 ? Access::rows : Access::columns;
    if (axis > 1 || call.inputs[i].access != expected) return false;
  }
  return true;
}

}  // namespace

Prepared prepare_copy(const Call& call) {
  const Plans plans = call.op ? plans_of(call.op) : nullptr;
  if (!plans) return decline("no op that moves elements alone");
  if (std::string refusal = refusal_of(call); !refusal.empty()) return decline(std::move(refusal));
  if (!moves_along(call)) return decline("inputs in other blocks than the output");
  auto of = std::make_shared<Copies>();
  of->full = plans({call, call.block});
  if (rest_rows(call) > 0) of->rest = plans({call, rest_rows(call)});
  of->block = call.block, of->inputs = call.inputs.size(), of->width = size_of(call.outputs[0].type.dtype);
  return {std::move(of), run_copies, 0, {}};
}

}  // namespace gradus::moves
