#include "gradus/engine/cpu/kernels/reference/evaluate.hpp"

#include <cstring>

#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/random.hpp"
#include "gradus/engine/cpu/kernels/block.hpp"

namespace gradus {
namespace {

/// An op on blocks: attributes for a full block and for the shorter last one, and where in scratch column and
/// transposed operands are brought into row-major order.
struct Evaluation {
  Call call;
  Attrs full, rest;
  std::vector<std::size_t> offsets;  // of each operand's copy in scratch, where it needs one
};

bool transposed(const Call& call, std::size_t i) { return i < call.inputs.size() && i < 2 && call.transposed[i]; }
bool needs_copy(const Call& call, std::size_t i) {
  return operand(call, i).access == Access::columns || transposed(call, i);
}

/// The type of a block once it is row-major and, for matmul, no longer transposed.
Type straight_type(const Call& call, std::size_t i, std::int64_t rows) {
  Type type = block_type(operand(call, i), rows);
  if (transposed(call, i)) type.shape = with_last_axes_swapped(type.shape);
  return type;
}

/// Bytes of one element of the first `axes` axes.
std::size_t bytes_after(const Type& type, int axes) {
  std::size_t bytes = size_of(type.dtype);
  for (int axis = axes; axis < type.shape.rank(); ++axis) bytes *= static_cast<std::size_t>(type.shape[axis]);
  return bytes;
}

/// Element (i, j) of the row-major copy is element (i, j), or (j, i) when turned, of memory whose rows are `stride`
/// apart.
/// `type` has two axes, or more: then what lies after them counts as one element.
template <bool out>
void copy_matrix(std::byte* memory, std::byte* copy, const Type& type, std::int64_t stride, bool turned) {
  const std::size_t size = bytes_after(type, 2);
  for (std::int64_t i = 0; i < type.shape[0]; ++i) {
    for (std::int64_t j = 0; j < type.shape[1]; ++j) {
      std::byte* there = memory + static_cast<std::size_t>(turned ? j * stride + i : i * stride + j) * size;
      std::byte* here = copy + static_cast<std::size_t>(i * type.shape[1] + j) * size;
      std::memcpy(out ? there : here, out ? here : there, size);
    }
  }
}

/// Row-major copies of matrices, of a batch of them, that are stored transposed.
void turn_matrices(std::byte* memory, std::byte* copy, const Type& type, std::int64_t stride) {
  const int rank = type.shape.rank();
  const Type matrix{type.dtype, Shape(type.shape.sizes().last(2))};
  const std::size_t bytes = byte_count(matrix), all = byte_count(type);
  if (rank == 2) return copy_matrix<false>(memory, copy, type, stride, true);
  for (std::size_t at = 0; at < all; at += bytes) copy_matrix<false>(memory + at, copy + at, matrix, stride, true);
}

void run_evaluation(const void* state, const Frame& frame) {
  const auto& self = *static_cast<const Evaluation*>(state);
  const Call& call = self.call;
  const std::size_t inputs = call.inputs.size();
  auto* views = reinterpret_cast<ConstView*>(frame.scratch);  // trivially copyable, room made by prepare_op
  for (std::size_t i = 0; i < inputs; ++i) {
    const Type type = straight_type(call, i, frame.rows);
    std::byte* data = frame.operands[i];
    if (needs_copy(call, i)) {
      data = frame.scratch + self.offsets[i];
      const Shape& stored = call.inputs[i].type.shape;
      if (transposed(call, i)) turn_matrices(frame.operands[i], data, type, stored.last());
      else copy_matrix<false>(frame.operands[i], data, type, stored[1], false);
    }
    new (views + i) ConstView(type, data);
  }
  const Type type = straight_type(call, inputs, frame.rows);
  const bool copied = needs_copy(call, inputs);
  std::byte* data = copied ? frame.scratch + self.offsets[inputs] : frame.operands[inputs];
  call.op->evaluate({views, inputs}, View(type, data), frame.rows == call.block ? self.full : self.rest);
  if (copied) copy_matrix<true>(frame.operands[inputs], data, type, call.outputs[0].type.shape[1], false);
}

Prepared prepare_op(const Call& call) {
  auto state = std::make_shared<Evaluation>();
  state->call = call;
  state->full = state->rest = call.attrs;
  if (call.outputs[0].access == Access::rows) {
    const auto full = attrs_of_block(call, {0, call.block}), rest = attrs_of_block(call, {0, rest_rows(call)});
    if (!full || !rest) return decline("the op has no blocks of rows");
    if (full->has("first")) return decline("the numbers of a block depend on where it lies");
    state->full = *full, state->rest = *rest;
  }
  std::size_t scratch = aligned(sizeof(ConstView) * call.inputs.size());
  for (std::size_t i = 0; i <= call.inputs.size(); ++i) {
    state->offsets.push_back(scratch);
    if (needs_copy(call, i)) scratch += aligned(byte_count(straight_type(call, i, call.block)));
  }
  return {std::move(state), run_evaluation, scratch, {}};
}

/// A pointwise program, op by op, each over the whole block.
struct ProgramEvaluation {
  struct Form {  // for one number of rows: type of every register, and where it lies
    std::vector<Type> types;
    std::vector<std::size_t> offsets;  // of instructions' registers in scratch
  };
  Call call;
  std::vector<const Op*> ops;
  std::vector<Attrs> attrs;
  std::vector<int> output_of;  // place among the outputs, or -1, by instruction
  Form full, rest;
};

void run_program(const void* state, const Frame& frame) {
  const auto& self = *static_cast<const ProgramEvaluation*>(state);
  const auto& form = frame.rows == self.call.block ? self.full : self.rest;
  const std::size_t inputs = self.call.inputs.size();
  const auto memory = [&](std::size_t i) {
    return i < inputs ? frame.operands[i] : frame.scratch + form.offsets[i - inputs];
  };
  for (std::size_t i = 0; i < self.ops.size(); ++i) {
    ConstView views[3];
    const auto& from = self.call.program.instructions[i].inputs;
    for (std::size_t k = 0; k < from.size(); ++k) {
      const auto source = static_cast<std::size_t>(from[k]);
      views[k] = ConstView(form.types[source], memory(source));
    }
    const Type& type = form.types[inputs + i];
    self.ops[i]->evaluate({views, from.size()}, View(type, memory(inputs + i)), self.attrs[i]);
  }
  // Last, because an output may be an input's memory.
  for (std::size_t o = 0; o < self.call.outputs.size(); ++o) {
    const auto source = static_cast<std::size_t>(self.call.program.outputs[o]);
    std::memmove(frame.operands[inputs + o], memory(source), byte_count(form.types[source]));
  }
}

Prepared prepare_program(const Call& call) {
  auto state = std::make_shared<ProgramEvaluation>();
  state->call = call;
  std::size_t scratch = 0;
  for (auto* form : {&state->full, &state->rest}) {
    std::size_t end = 0;
    for (const Operand& input : call.inputs)
      form->types.push_back(block_type(input, form == &state->full ? call.block : rest_rows(call)));
    const Shape shape = block_type(call.outputs[0], form == &state->full ? call.block : rest_rows(call)).shape;
    for (const auto& instruction : call.program.instructions) {
      const Op& op = *instruction.op;
      Attrs attrs;
      if (&op == &cast_op) attrs.set("dtype", call.program.dtype);
      std::vector<Type> types;
      for (int input : instruction.inputs) types.push_back(form->types[static_cast<std::size_t>(input)]);
      form->types.push_back({op.infer(types, attrs).dtype, shape});
      form->offsets.push_back(end);
      end += aligned(byte_count(form->types.back()));
      if (form != &state->full) continue;
      state->ops.push_back(&op);
      state->attrs.push_back(std::move(attrs));
    }
    scratch = std::max(scratch, end);
  }
  return {std::move(state), run_program, scratch, {}};
}

/// A draw of random numbers: elements count from the block's first row in the whole value.
struct Draw {
  Call call;
  void (*fill)(const RandomKey&, std::uint64_t, View, const Attrs&);
};

void run_draw(const void* state, const Frame& frame) {
  const auto& self = *static_cast<const Draw*>(state);
  const Type type = block_type(self.call.outputs[0], frame.rows);
  const std::int64_t inner =
      self.call.outputs[0].access == Access::whole ? 0 : type.shape.count() / std::max<std::int64_t>(frame.rows, 1);
  const auto* key = reinterpret_cast<const std::int64_t*>(frame.operands[0]);
  const std::size_t numbers = static_cast<std::size_t>(self.call.inputs[0].type.shape.count());
  const RandomDraw draw =
      random_draw(self.call.op->name, {key, numbers}, self.call.outputs[0].type.shape, self.call.attrs);
  self.fill(draw.key, draw.first + static_cast<std::uint64_t>(frame.first * inner), View(type, frame.operands[1]),
            self.call.attrs);
}

void fill_with_uniform(const RandomKey& key, std::uint64_t first, View out, const Attrs&) {
  visit_floating(out.dtype(), [&]<class T>(std::type_identity<T>) { fill_uniform(key, first, out.as<T>()); });
}
void fill_with_normal(const RandomKey& key, std::uint64_t first, View out, const Attrs&) {
  visit_floating(out.dtype(), [&]<class T>(std::type_identity<T>) { fill_normal(key, first, out.as<T>()); });
}
void fill_with_bernoulli(const RandomKey& key, std::uint64_t first, View out, const Attrs& attrs) {
  fill_bernoulli(key, first, attrs.number("p"), out.as<std::uint8_t>());
}

}  // namespace

Prepared prepare_evaluate(const Call& call) {
  if (call.graph) return decline("one op at a time");
  return call.op ? prepare_op(call) : prepare_program(call);
}

Prepared prepare_random(const Call& call) {
  if (!call.op || !call.op->traits.random) return decline("draws random numbers only");
  auto state = std::make_shared<Draw>();
  state->call = call;
  if (call.op == &random_uniform_op) state->fill = fill_with_uniform;
  else if (call.op == &random_normal_op) state->fill = fill_with_normal;
  else if (call.op == &random_bernoulli_op) state->fill = fill_with_bernoulli;
  else return decline("does not know " + std::string(call.op->name));
  return {std::move(state), run_draw, 0, {}};
}

}  // namespace gradus
