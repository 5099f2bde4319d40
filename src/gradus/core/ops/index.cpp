#include "gradus/core/ops/index.hpp"

#include <algorithm>
#include <cstring>

#include "gradus/core/ops/axes.hpp"
#include "gradus/core/ops/blocks.hpp"

namespace gradus {
namespace {

void check_indices(std::string_view op, const Type& type) {
  if (type.dtype != DType::i32 && type.dtype != DType::i64) {
    refuse(op, "indices " + to_string(type), "i32 or i64", "cast them to i64");
  }
}

std::int64_t size_attribute(std::string_view op, const Attrs& attrs) {
  const std::int64_t size = attrs.integer("size");
  if (size < 0) refuse(op, "size " + std::to_string(size), "a size >= 0");
  return size;
}

/// Of a block whose numbers depend on where its rows lie.
std::int64_t first_of(const Attrs& attrs) { return attrs.has("first") ? attrs.integer("first") : 0; }

/// The sizes of `shape`, with those of axes [first, first + count) replaced by `sizes`.
Shape replaced(const Shape& shape, int first, int count, std::span<const std::int64_t> sizes) {
  Integers out(shape.begin(), shape.begin() + first);
  out.insert(out.end(), sizes.begin(), sizes.end());
  out.insert(out.end(), shape.begin() + first + count, shape.end());
  return Shape(out);
}

/// Calls f(place among the indices, index) in order. Throws UserError for an index outside [0, size).
template <class F> void for_each_index(std::string_view op, ConstView indices, std::int64_t size, F&& f) {
  visit(indices.dtype(), [&]<class T>(std::type_identity<T>) {
    const auto all = indices.as<T>();
    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto index = static_cast<std::int64_t>(all[i]);
      if (index < 0 || index >= size) refuse_index(op, index, static_cast<std::int64_t>(i), size);
      f(static_cast<std::int64_t>(i), index);
    }
  });
}

double no_flops(Types, const Node&) { return 0; }

// ---- gather
// ------------------------------------------------------------------------------------------------------------

Type infer_gather(Types in, const Attrs& attrs) {
  check_indices("gather", in[1]);
  const int axis = axis_of("gather", in[0], attrs);
  return {in[0].dtype, replaced(in[0].shape, axis, 1, in[1].shape.sizes())};
}

Values derive_gather(Value y, Value dy) {
  const auto axis = static_cast<int>(y.node().attrs.integer("axis"));
  return {scatter_add(dy, y.input(1), y.input(0).shape()[axis], axis), Value{}};
}

void evaluate_gather(Views in, View out, const Attrs& attrs) {
  const AroundAxis at = split(in[0].shape(), static_cast<int>(attrs.integer("axis")));
  const std::int64_t indices = in[1].count(), run = at.inner * static_cast<std::int64_t>(size_of(out.dtype()));
  const auto* from = static_cast<const std::byte*>(in[0].data());
  auto* to = static_cast<std::byte*>(out.data());
  for_each_index("gather", in[1], at.size, [&](std::int64_t place, std::int64_t index) {
    for (std::int64_t i = 0; i < at.outer; ++i) {
      std::memcpy(to + (i * indices + place) * run, from + (i * at.size + index) * run, static_cast<std::size_t>(run));
    }
  });
}

Axis axis_gather(int input, int axis, Types in, const Node& node) {
  const auto along = static_cast<int>(node.attrs.integer("axis"));
  if (input == 1) return {Axis::kept, along + axis};
  if (axis == along) return {Axis::looked_up, -1};
  return {Axis::kept, axis < along ? axis : axis + in[1].shape.rank() - 1};
}

Sample indexed(SampleInput x, const Shape& indices, std::int64_t size, Attrs attrs, DType dtype = DType::i64) {
  const double last = size ? static_cast<double>(size - 1) : 0;
  return {{x, {indices, 0, last, dtype}}, std::move(attrs)};
}

std::vector<Sample> samples_gather() {
  const auto along = [](std::int64_t axis) { return Attrs{{"axis", axis}}; };
  return {indexed({{4, 3}}, {5}, 4, along(0)), indexed({{2, 4, 3}}, {2, 3}, 4, along(1), DType::i32),
          indexed({{4, 3}}, {}, 3, along(1)),  indexed({{4, 3}}, {0}, 4, along(0)),
          indexed({{3, 0}}, {2}, 3, along(0)), indexed({{4}, -9, 9, DType::i32}, {6}, 4, along(0))};
}

// ---- scatter_add
// -------------------------------------------------------------------------------------------------------

Type infer_scatter_add(Types in, const Attrs& attrs) {
  check_indices("scatter_add", in[1]);
  const std::int64_t axis = attrs.integer("axis"), size = size_attribute("scatter_add", attrs);
  const Shape &x = in[0].shape, &indices = in[1].shape;
  bool fits = axis >= 0 && axis <= x.rank() - indices.rank();
  for (int i = 0; fits && i < indices.rank(); ++i) fits = x[static_cast<int>(axis) + i] == indices[i];
  if (!fits) {
    refuse("scatter_add", to_string(in[0]) + " at indices " + to_string(in[1]) + " along axis " + std::to_string(axis),
           "the sizes of the indices in the first input from that axis on", "check which axis is indexed");
  }
  if (in[0].dtype == DType::bf16 || in[0].dtype == DType::u8) {
    refuse("scatter_add", to_string(in[0]), "f32, f64, i32 or i64", "cast first");
  }
  const std::int64_t sizes[] = {size};
  return {in[0].dtype, replaced(x, static_cast<int>(axis), indices.rank(), sizes)};
}

Values derive_scatter_add(Value y, Value dy) {
  return {gather(dy, y.input(1), static_cast<int>(y.node().attrs.integer("axis"))), Value{}};
}

void evaluate_scatter_add(Views in, View out, const Attrs& attrs) {
  const AroundAxis at = split(out.shape(), static_cast<int>(attrs.integer("axis")));
  const std::int64_t indices = in[1].count();
  visit(out.dtype(), [&]<class T>(std::type_identity<T>) {
    using Sum = std::conditional_t<std::is_integral_v<T>, std::uint64_t, T>;  // integers wrap
    const T* x = in[0].as<T>().data();
    T* y = out.as<T>().data();
    std::fill(y, y + out.count(), T{0});
    // Of a block of the rows, the indices in it: all of them are still checked.
    const std::int64_t first = first_of(attrs), size = attrs.has("all") ? attrs.integer("all") : at.size;
    for_each_index("scatter_add", in[1], size, [&](std::int64_t place, std::int64_t all_index) {
      const std::int64_t index = all_index - first;
      if (index < 0 || index >= at.size) return;
      for (std::int64_t i = 0; i < at.outer; ++i) {
        for (std::int64_t j = 0; j < at.inner; ++j) {
          T& total = y[(i * at.size + index) * at.inner + j];
          total = static_cast<T>(static_cast<Sum>(total) + static_cast<Sum>(x[(i * indices + place) * at.inner + j]));
        }
      }
    });
  });
}

Axis axis_scatter_add(int input, int axis, Types in, const Node& node) {
  const auto along = static_cast<int>(node.attrs.integer("axis"));
  const int indices = in[1].shape.rank();
  if (input == 1 || (axis >= along && axis < along + indices)) return {Axis::reduced, -1};
  return {Axis::kept, axis < along ? axis : axis - indices + 1};
}

/// Along axis 0 a block takes what is added to its own rows: all indices are looked at by each.
std::optional<Block> block_scatter_add(Types in, const Node& node, Rows rows) {
  if (node.attrs.integer("axis") != 0) return block_of_rows(in, node, rows);
  Block block{{Block::whole, Block::whole}, node.attrs};
  block.attrs.set("size", rows.count);
  block.attrs.set("first", rows.first);
  block.attrs.set("all", node.attrs.integer("size"));
  return block;
}

double flops_scatter_add(Types in, const Node&) { return static_cast<double>(in[0].shape.count()); }

std::vector<Sample> samples_scatter_add() {
  const auto along = [](std::int64_t axis, std::int64_t size) { return Attrs{{"axis", axis}, {"size", size}}; };
  return {indexed({{5, 3}}, {5}, 4, along(0, 4)), indexed({{2, 2, 3, 3}}, {2, 3}, 4, along(1, 4), DType::i32),
          indexed({{4}}, {}, 3, along(1, 3)),     indexed({{0, 3}}, {0}, 4, along(0, 4)),
          indexed({{2, 0}}, {2}, 3, along(0, 3)), indexed({{6}, -9, 9, DType::i64}, {6}, 4, along(0, 4))};
}

// ---- one_hot, iota
// -----------------------------------------------------------------------------------------------------

Type infer_one_hot(Types in, const Attrs& attrs) {
  check_indices("one_hot", in[0]);
  const DType dtype = attrs.dtype("dtype");
  if (dtype == DType::bf16) refuse("one_hot", "bf16", "a dtype that is computed in", "f32");
  const std::int64_t sizes[] = {size_attribute("one_hot", attrs)};
  return {dtype, replaced(in[0].shape, in[0].shape.rank(), 0, sizes)};
}

Values derive_one_hot(Value, Value) { return {Value{}}; }

void evaluate_one_hot(Views in, View out, const Attrs& attrs) {
  const std::int64_t size = attrs.integer("size");
  visit(out.dtype(), [&]<class T>(std::type_identity<T>) {
    const auto y = out.as<T>();
    std::fill(y.begin(), y.end(), T{0});
    for_each_index("one_hot", in[0], size, [&](std::int64_t place, std::int64_t index) {
      y[static_cast<std::size_t>(place * size + index)] = T{1};
    });
  });
}

Axis axis_one_hot(int, int axis, Types, const Node&) { return {Axis::kept, axis}; }

/// Of one index, axis 0 is the new one: no part of an index makes a part of it.
std::optional<Block> block_one_hot(Types in, const Node& node, Rows rows) {
  return in[0].shape.rank() == 0 ? std::nullopt : block_of_rows(in, node, rows);
}

std::vector<Sample> samples_one_hot() {
  const auto to = [](std::int64_t size, DType dtype) { return Attrs{{"size", size}, {"dtype", dtype}}; };
  return {{{{{5}, 0, 3, DType::i64}}, to(4, DType::f64)},
          {{{{2, 3}, 0, 2, DType::i32}}, to(3, DType::f32)},
          {{{{}, 0, 2, DType::i64}}, to(3, DType::u8)},
          {{{{0}, 0, 0, DType::i64}}, to(0, DType::f32)}};
}

Type infer_iota(Types, const Attrs& attrs) {
  const Type& type = attrs.type("type");
  if (type.dtype == DType::bf16) refuse("iota", to_string(type), "a dtype that is computed in", "f32");
  axis_of("iota", type, attrs);
  return type;
}

Values derive_iota(Value, Value) { return {}; }

void evaluate_iota(Views, View out, const Attrs& attrs) {
  const AroundAxis at = split(out.shape(), static_cast<int>(attrs.integer("axis")));
  visit(out.dtype(), [&]<class T>(std::type_identity<T>) {
    const auto y = out.as<T>();
    for (std::size_t i = 0; i < y.size(); ++i) {
      y[i] = convert_number<T>(first_of(attrs) + static_cast<std::int64_t>(i) / at.inner % at.size);
    }
  });
}

std::optional<Block> block_iota(Types, const Node& node, Rows rows) {
  Block block{{}, node.attrs};
  set_rows_of_type(block, "type", rows);
  if (node.attrs.integer("axis") == 0) block.attrs.set("first", rows.first);
  return block;
}

std::vector<Sample> samples_iota() {
  const auto of = [](DType dtype, const Shape& shape, std::int64_t axis) {
    return Sample{{}, {{"type", Type{dtype, shape}}, {"axis", axis}}};
  };
  return {of(DType::i64, {7}, 0), of(DType::f32, {2, 3, 4}, 1), of(DType::i32, {3, 0}, 0), of(DType::u8, {2, 5}, 1)};
}

constexpr Traits moves{.moves_data = true};

}  // namespace

constinit const Op gather_op{.name = "gather",
                             .doc = "Slices along one axis, chosen by indices.",
                             .rule = "gather: each slice's gradient is added back at its index",
                             .arity = 2,
                             .attributes = "axis",
                             .traits = moves,
                             .infer = infer_gather,
                             .derive = derive_gather,
                             .evaluate = evaluate_gather,
                             .axis = axis_gather,
                             .block = block_of_rows,
                             .flops = no_flops,
                             .samples = samples_gather,
                             .onnx = "Gather"};

constinit const Op scatter_add_op{.name = "scatter_add",
                                  .doc = "Zeros with slices added along one axis at indices, in index order.",
                                  .rule = "scatter_add: each slice gets the gradient at its index",
                                  .arity = 2,
                                  .attributes = "axis size",
                                  .infer = infer_scatter_add,
                                  .derive = derive_scatter_add,
                                  .evaluate = evaluate_scatter_add,
                                  .axis = axis_scatter_add,
                                  .block = block_scatter_add,
                                  .flops = flops_scatter_add,
                                  .samples = samples_scatter_add};

constinit const Op one_hot_op{.name = "one_hot",
                              .doc = "1 at the index, else 0, along a new last axis.",
                              .rule = "one_hot: an index carries no gradient",
                              .attributes = "dtype size",
                              .infer = infer_one_hot,
                              .derive = derive_one_hot,
                              .evaluate = evaluate_one_hot,
                              .axis = axis_one_hot,
                              .block = block_one_hot,
                              .flops = no_flops,
                              .samples = samples_one_hot};

constinit const Op iota_op{.name = "iota",
                           .doc = "0, 1, 2, ... along one axis.",
                           .rule = "iota is constant: no gradient passes",
                           .arity = 0,
                           .attributes = "axis type",
                           .infer = infer_iota,
                           .derive = derive_iota,
                           .evaluate = evaluate_iota,
                           .block = block_iota,
                           .flops = no_flops,
                           .samples = samples_iota};

std::span<const Op* const> index_ops() {
  static constexpr const Op* ops[] = {&gather_op, &scatter_add_op, &one_hot_op, &iota_op};
  return ops;
}

void refuse_index(std::string_view op, std::int64_t index, std::int64_t element, std::int64_t size) {
  throw UserError(Fault::data,
                  Report{std::string(op), "index " + std::to_string(index) + " at element " + std::to_string(element),
                         "indices below the size " + std::to_string(size) + ", counted from 0",
                         "check the classes or tokens against the size"});
}

Value gather(Value x, Value indices, int axis) {
  return apply(gather_op, {x, indices}, {{"axis", normalize_axis("gather", x.type(), axis)}});
}

Value scatter_add(Value x, Value indices, std::int64_t size, int axis) {
  // The axis counts in the result, which has one axis where x has those of the indices.
  const int rank = x.shape().rank() - indices.shape().rank() + 1;
  return apply(scatter_add_op, {x, indices}, {{"axis", std::int64_t{axis < 0 ? axis + rank : axis}}, {"size", size}});
}

Value one_hot(Value indices, std::int64_t size, DType dtype) {
  return apply(one_hot_op, {indices}, {{"size", size}, {"dtype", dtype}});
}

Value iota(Graph& graph, const Type& type, int axis) {
  return graph.append(iota_op, std::initializer_list<Value>{},
                      {{"type", type}, {"axis", normalize_axis("iota", type, axis)}});
}

}  // namespace gradus
