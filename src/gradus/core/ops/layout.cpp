#include "gradus/core/ops/layout.hpp"

#include <algorithm>
#include <cstring>

#include "gradus/core/ops/axes.hpp"
#include "gradus/core/ops/blocks.hpp"
#include "gradus/core/ops/broadcasting.hpp"
#include "gradus/core/ops/layout_parts.hpp"
#include "gradus/core/ops/reduce.hpp"

namespace gradus {
namespace {

// ---- transpose

Type infer_transpose(Types in, const Attrs& attrs) {
  const Integers& order = attrs.integers("order");
  const Shape& shape = in[0].shape;
  Integers sorted = order;
  std::sort(sorted.begin(), sorted.end());
  bool permutation = static_cast<int>(order.size()) == shape.rank();
  for (std::size_t i = 0; i < sorted.size(); ++i)
    permutation = permutation && sorted[i] == static_cast<std::int64_t>(i);
  if (!permutation) refuse("transpose", "order " + text(order) + " of " + to_string(in[0]), "each axis once");
  Integers sizes;
  for (std::int64_t axis : order) sizes.push_back(shape[static_cast<int>(axis)]);
  return {in[0].dtype, Shape(sizes)};
}

Values derive_transpose(Value y, Value dy) {
  const Integers& order = y.node().attrs.integers("order");
  Integers inverse(order.size());
  for (std::size_t i = 0; i < order.size(); ++i)
    inverse[static_cast<std::size_t>(order[i])] = static_cast<std::int64_t>(i);
  return {transpose(dy, inverse)};
}

void evaluate_transpose(Views in, View out, const Attrs& attrs) {
  const auto own = strides(in[0].shape());
  std::array<std::int64_t, max_rank> walked{};
  const Integers& order = attrs.integers("order");
  for (std::size_t i = 0; i < order.size(); ++i) walked[i] = own[static_cast<std::size_t>(order[i])];
  copy_strided(bytes(in[0]), 0, walked, out);
}

Axis axis_transpose(int, int axis, Types, const Node& node) {
  const Integers& order = node.attrs.integers("order");
  const auto place = std::find(order.begin(), order.end(), axis);
  return {Axis::kept, static_cast<int>(place - order.begin())};
}

std::vector<Sample> samples_transpose() {
  return {{{{{2, 3}}}, {{"order", Integers{1, 0}}}},
          {{{{2, 3, 4}}}, {{"order", Integers{2, 0, 1}}}},
          {{{{}}}, {{"order", Integers{}}}},
          {{{{0, 3}}}, {{"order", Integers{1, 0}}}}};
}

// ---- reshape

Type infer_reshape(Types in, const Attrs& attrs) {
  const Shape shape = shape_of("reshape", attrs.integers("shape"));
  if (shape.count() != in[0].shape.count()) {
    refuse("reshape", to_string(in[0]) + " to " + to_string(shape), "as many elements in both",
           std::to_string(in[0].shape.count()) + " elements are there");
  }
  return {in[0].dtype, shape};
}
Values derive_reshape(Value y, Value dy) { return {reshape(dy, y.input(0).shape())}; }
void evaluate_reshape(Views in, View out, const Attrs&) {
  std::memcpy(out.data(), in[0].data(), byte_count(out.type()));
}

// An axis survives where the sizes before it multiply to the same on both sides and its own size is the same.
Axis axis_reshape(int, int axis, Types in, const Node& node) {
  const Shape &from = in[0].shape, &to = node.type.shape;
  std::int64_t before = 1;
  for (int i = 0; i < axis; ++i) before *= from[i];
  std::int64_t product = 1;
  for (int at = 0; at < to.rank(); product *= to[at++]) {
    if (product == before && to[at] == from[axis] && from.count() > 0) return {Axis::kept, at};
  }
  return {};
}

std::optional<Block> block_reshape(Types in, const Node& node, Rows rows) {
  return block_of_rows(in, node, rows, {"shape"});
}

std::vector<Sample> samples_reshape() {
  return {{{{{2, 6}}}, {{"shape", Integers{3, 4}}}},
          {{{{1}}}, {{"shape", Integers{}}}},
          {{{{3, 4}}}, {{"shape", Integers{3, 2, 2}}}},
          {{{{0, 3}}}, {{"shape", Integers{5, 0}}}}};
}

// ---- broadcast

Type infer_broadcast(Types in, const Attrs& attrs) {
  const Shape shape = shape_of("broadcast", attrs.integers("shape"));
  const auto both = broadcast(in[0].shape, shape);
  if (!both || !(*both == shape)) {
    refuse("broadcast", to_string(in[0]) + " to " + to_string(shape), "equal sizes, or 1, from the last axis on");
  }
  return {in[0].dtype, shape};
}
Values derive_broadcast(Value y, Value dy) { return {sum_to(dy, y.input(0).shape())}; }
void evaluate_broadcast(Views in, View out, const Attrs&) {
  copy_strided(bytes(in[0]), 0, broadcast_strides(in[0].shape(), out.shape()), out);
}
std::optional<Block> block_broadcast(Types in, const Node& node, Rows rows) {
  return block_of_rows(in, node, rows, {"shape"});
}
std::vector<Sample> samples_broadcast() {
  return {{{{{3}}}, {{"shape", Integers{2, 3}}}},
          {{{{2, 1}}}, {{"shape", Integers{4, 2, 3}}}},
          {{{{}}}, {{"shape", Integers{5}}}},
          {{{{1, 3}}}, {{"shape", Integers{0, 3}}}}};
}

// ---- cast

Type infer_cast(Types in, const Attrs& attrs) {
  const DType to = attrs.dtype("dtype");
  const auto with_bf16 = [](DType dtype) { return dtype == DType::bf16 || dtype == DType::f32; };
  const bool bf16 = to == DType::bf16 || in[0].dtype == DType::bf16;
  if (bf16 && !(with_bf16(to) && with_bf16(in[0].dtype))) {
    refuse("cast", to_string(in[0]) + " to " + std::string(name(to)), "f32 on the other side of bf16",
           "cast to f32 first");
  }
  return {to, in[0].shape};
}
Values derive_cast(Value y, Value dy) { return {is_floating(y.dtype()) ? cast(dy, y.input(0).dtype()) : Value{}}; }
void evaluate_cast(Views in, View out, const Attrs&) {
  visit_stored(in[0].dtype(), [&]<class From>(std::type_identity<From>) {
    visit_stored(out.dtype(), [&]<class To>(std::type_identity<To>) {
      const auto from = in[0].as<From>();
      std::transform(from.begin(), from.end(), out.as<To>().begin(), convert_number<To, From>);
    });
  });
}
std::vector<Sample> samples_cast() {
  return {{{{{3, 2}}}, {{"dtype", DType::f32}}, {}, 1e-3},
          {{{{3, 2}}}, {{"dtype", DType::f64}}},
          {{{{4}, -5, 5}}, {{"dtype", DType::i64}}, {-5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5}},
          {{{{4}, 0, 9, DType::i32}}, {{"dtype", DType::f64}}},
          {{{{0}, 0, 1, DType::u8}}, {{"dtype", DType::f32}}}};
}

}  // namespace

constinit const Op transpose_op{.name = "transpose",
                                .doc = "The axes in another order.",
                                .rule = "transpose: the gradient with its axes put back",
                                .attributes = "order",
                                .traits = moves,
                                .infer = infer_transpose,
                                .derive = derive_transpose,
                                .evaluate = evaluate_transpose,
                                .axis = axis_transpose,
                                .block = block_of_rows,
                                .flops = no_flops,
                                .samples = samples_transpose,
                                .onnx = "Transpose"};

constinit const Op reshape_op{.name = "reshape",
                              .doc = "The same elements in row-major order in another shape.",
                              .rule = "reshape: the gradient in the shape of the input",
                              .attributes = "shape",
                              .traits = moves,
                              .infer = infer_reshape,
                              .derive = derive_reshape,
                              .evaluate = evaluate_reshape,
                              .axis = axis_reshape,
                              .block = block_reshape,
                              .flops = no_flops,
                              .samples = samples_reshape};

constinit const Op broadcast_op{.name = "broadcast",
                                .doc = "Repeated along axes of size 1 to a shape.",
                                .rule = "broadcast copies, so the gradients of the copies are added",
                                .attributes = "shape",
                                .traits = moves,
                                .infer = infer_broadcast,
                                .derive = derive_broadcast,
                                .evaluate = evaluate_broadcast,
                                .axis = broadcast_axis,
                                .block = block_broadcast,
                                .flops = no_flops,
                                .samples = samples_broadcast};

constinit const Op cast_op{.name = "cast",
                           .doc = "The same numbers in another dtype; to integers truncated toward zero.",
                           .rule = "cast passes the gradient on between floating dtypes",
                           .attributes = "dtype",
                           .infer = infer_cast,
                           .derive = derive_cast,
                           .evaluate = evaluate_cast,
                           .axis = broadcast_axis,
                           .block = block_of_rows,
                           .flops = no_flops,
                           .samples = samples_cast};

std::span<const Op* const> layout_ops() {
  static constexpr const Op* ops[] = {&transpose_op, &reshape_op,     &broadcast_op, &slice_op,
                                      &unslice_op,   &concatenate_op, &cast_op};
  return ops;
}

Value transpose(Value x, const Integers& order) { return apply(transpose_op, {x}, {{"order", order}}); }

Value transpose(Value x) {
  const int rank = x.shape().rank();
  if (rank < 2) refuse("transpose", to_string(x.type()), "a matrix (rank 2 or more)", "reshape it to [1,n] first");
  Integers order;
  for (int i = 0; i < rank; ++i) order.push_back(i);
  std::swap(order[order.size() - 1], order[order.size() - 2]);
  return transpose(x, order);
}

Value reshape(Value x, const Integers& sizes) {
  Integers out = sizes;
  std::int64_t known = 1;
  auto open = out.end();
  for (auto size = out.begin(); size != out.end(); ++size) {
    if (*size != -1) {
      const auto product = checked_multiply(known, *size);
      if (!product)
        refuse("reshape", to_string(x.type()) + " to " + text(sizes), "sizes >= 0 whose product fits, or one -1");
      known = *product;
    } else if (open != out.end()) {
      refuse("reshape", to_string(x.type()) + " to " + text(sizes), "at most one size of -1");
    } else {
      open = size;
    }
  }
  if (open != out.end()) *open = known > 0 ? x.shape().count() / known : 0;
  return apply(reshape_op, {x}, {{"shape", out}});
}

Value reshape(Value x, const Shape& shape) { return x.shape() == shape ? x : reshape(x, integers(shape)); }

Value flatten(Value x) {
  const Shape& shape = x.shape();
  if (shape.rank() == 0) refuse("flatten", to_string(x.type()), "[rows, ...]");
  std::int64_t columns = 1;
  for (int axis = 1; axis < shape.rank(); ++axis) columns *= shape[axis];
  return reshape(x, Shape{shape[0], columns});
}

Value broadcast_to(Value x, const Shape& shape) {
  return x.shape() == shape ? x : apply(broadcast_op, {x}, {{"shape", integers(shape)}});
}

Value sum_to(Value x, Shape shape) {
  if (x.shape() == shape) return x;
  const int extra = x.shape().rank() - shape.rank();
  Integers axes;
  for (int axis = 0; axis < x.shape().rank(); ++axis) {
    if (axis < extra || (shape[axis - extra] == 1 && x.shape()[axis] != 1)) axes.push_back(axis);
  }
  return axes.empty() ? x : reshape(sum(x, axes, true), shape);
}

Value cast(Value x, DType dtype) { return x.dtype() == dtype ? x : apply(cast_op, {x}, {{"dtype", dtype}}); }

}  // namespace gradus
