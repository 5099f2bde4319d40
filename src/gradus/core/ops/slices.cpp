// Ops that take and join parts of arrays: slice, unslice, concatenate.
#include <algorithm>
#include <cstring>

#include "gradus/core/ops/blocks.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/layout_parts.hpp"

namespace gradus {
namespace {

// ---- slice, unslice

Type infer_slice(Types in, const Attrs& attrs) {
  const Integers &start = attrs.integers("start"), &stop = attrs.integers("stop"), &step = attrs.integers("step");
  const Shape& shape = in[0].shape;
  const auto rank = static_cast<std::size_t>(shape.rank());
  if (start.size() != rank || stop.size() != rank || step.size() != rank) {
    refuse("slice",
           "start " + text(start) + ", stop " + text(stop) + ", step " + text(step) + " of " + to_string(in[0]),
           "one entry an axis in each");
  }
  Integers sizes;
  for (std::size_t i = 0; i < rank; ++i) {
    const std::int64_t size = shape[static_cast<int>(i)];
    if (start[i] < 0 || start[i] > stop[i] || stop[i] > size || step[i] < 1) {
      refuse("slice",
             std::to_string(start[i]) + " to " + std::to_string(stop[i]) + " by " + std::to_string(step[i]) +
                 " on axis " + std::to_string(i) + " of " + to_string(in[0]),
             "0 <= start <= stop <= size, step >= 1");
    }
    sizes.push_back(stop[i] == start[i] ? 0 : (stop[i] - start[i] - 1) / step[i] + 1);
  }
  return {in[0].dtype, Shape(sizes)};
}

struct SlicePlace {
  std::int64_t start = 0;
  std::array<std::int64_t, max_rank> strides{};
};

/// Where the window that start and step name lies in an array of `shape`.
SlicePlace window(const Shape& shape, const Attrs& attrs) {
  const auto own = strides(shape);
  SlicePlace out;
  for (std::size_t i = 0; i < static_cast<std::size_t>(shape.rank()); ++i) {
    out.start += attrs.integers("start")[i] * own[i];
    // A step beyond the size meets one element; times the stride it might not fit in 64 bits.
    out.strides[i] = std::min(attrs.integers("step")[i], shape[static_cast<int>(i)]) * own[i];
  }
  return out;
}

Values derive_slice(Value y, Value dy) {
  const Attrs& attrs = y.node().attrs;
  return {unslice(dy, y.input(0).shape(), Integers(attrs.integers("start")), Integers(attrs.integers("stop")),
                  Integers(attrs.integers("step")))};
}

void evaluate_slice(Views in, View out, const Attrs& attrs) {
  const SlicePlace at = window(in[0].shape(), attrs);
  copy_strided(bytes(in[0]), at.start, at.strides, out);
}

Axis axis_slice(int, int axis, Types in, const Node& node) {
  return node.type.shape[axis] == in[0].shape[axis] ? Axis{Axis::kept, axis} : Axis{};
}

std::optional<Block> block_slice(Types in, const Node& node, Rows rows) {
  return block_of_rows(in, node, rows, {"stop"});
}

std::vector<Sample> samples_slice() {
  return {{{{{4, 5}}}, {{"start", Integers{1, 0}}, {"stop", Integers{3, 5}}, {"step", Integers{1, 2}}}},
          {{{{7}}}, {{"start", Integers{2}}, {"stop", Integers{2}}, {"step", Integers{1}}}},
          {{{{7}}}, {{"start", Integers{1}}, {"stop", Integers{7}}, {"step", Integers{3}}}},
          {{{{3, 6}}}, {{"start", Integers{0, 1}}, {"stop", Integers{3, 6}}, {"step", Integers{1, 2}}}}};
}

Type infer_unslice(Types in, const Attrs& attrs) {
  const Type full{in[0].dtype, shape_of("unslice", attrs.integers("shape"))};
  const Type window = infer_slice(std::span(&full, 1), attrs);
  if (!(window == in[0]))
    refuse("unslice", to_string(in[0]), to_string(window) + ", what the slice of " + to_string(full) + " has");
  return full;
}

Values derive_unslice(Value y, Value dy) {
  const Attrs& attrs = y.node().attrs;
  return {
      slice(dy, Integers(attrs.integers("start")), Integers(attrs.integers("stop")), Integers(attrs.integers("step")))};
}

void evaluate_unslice(Views in, View out, const Attrs& attrs) {
  std::memset(out.data(), 0, byte_count(out.type()));
  const SlicePlace at = window(out.shape(), attrs);
  const std::size_t size = size_of(out.dtype());
  auto* to = static_cast<std::byte*>(out.data());
  for_each_element(in[0].shape(), std::array<Strides, 1>{at.strides}, [&](std::int64_t element, const auto& offsets) {
    std::memcpy(to + static_cast<std::size_t>(at.start + offsets[0]) * size,
                bytes(in[0]) + static_cast<std::size_t>(element) * size, size);
  });
}

std::optional<Block> block_unslice(Types in, const Node& node, Rows rows) {
  return block_of_rows(in, node, rows, {"shape", "stop"});
}

std::vector<Sample> samples_unslice() {
  return {{{{{2, 3}}},
           {{"shape", Integers{4, 5}}, {"start", Integers{1, 0}}, {"stop", Integers{3, 5}}, {"step", Integers{1, 2}}}},
          {{{{0}}}, {{"shape", Integers{3}}, {"start", Integers{1}}, {"stop", Integers{1}}, {"step", Integers{1}}}},
          {{{{3, 2}}},
           {{"shape", Integers{3, 5}}, {"start", Integers{0, 1}}, {"stop", Integers{3, 5}}, {"step", Integers{1, 3}}}}};
}

// ---- concatenate

Type infer_concatenate(Types in, const Attrs& attrs) {
  const int at = axis_of("concatenate", in[0], attrs);
  const Shape& first = in[0].shape;
  std::int64_t total = 0;
  for (const Type& type : in) {
    if (total >> 61) refuse("concatenate", std::to_string(in.size()) + " inputs", "sizes whose sum is below 2^61");
    if (type.dtype != in[0].dtype || type.shape.rank() != first.rank() ||
        !(type.shape.with(at, 0) == first.with(at, 0))) {
      refuse("concatenate", to_string(in[0]) + " and " + to_string(type) + " along axis " + std::to_string(at),
             "one dtype, and equal sizes on the other axes");
    }
    total += type.shape[at];
  }
  return {in[0].dtype, first.with(at, total)};
}

Values derive_concatenate(Value y, Value dy) {
  const int axis = static_cast<int>(y.node().attrs.integer("axis"));
  Values parts;
  std::int64_t start = 0;
  for (std::size_t i = 0; i < y.node().inputs.size(); ++i) {
    const std::int64_t size = y.input(static_cast<int>(i)).shape()[axis];
    parts.push_back(slice(dy, axis, start, start + size));
    start += size;
  }
  return parts;
}

void evaluate_concatenate(Views in, View out, const Attrs& attrs) {
  const int axis = static_cast<int>(attrs.integer("axis"));
  std::size_t outer = 1, inner = size_of(out.dtype());
  for (int i = 0; i < axis; ++i) outer *= static_cast<std::size_t>(out.shape()[i]);
  for (int i = axis + 1; i < out.shape().rank(); ++i) inner *= static_cast<std::size_t>(out.shape()[i]);
  auto* to = static_cast<std::byte*>(out.data());
  for (std::size_t row = 0; row < outer; ++row) {
    for (const ConstView& part : in) {
      const std::size_t run = static_cast<std::size_t>(part.shape()[axis]) * inner;
      std::memcpy(to, bytes(part) + row * run, run);
      to += run;
    }
  }
}

Axis axis_concatenate(int, int axis, Types, const Node& node) {
  return axis == node.attrs.integer("axis") ? Axis{} : Axis{Axis::kept, axis};
}

std::vector<Sample> samples_concatenate() {
  return {{{{{2, 3}}, {{2, 1}}, {{2, 4}}}, {{"axis", std::int64_t{1}}}},
          {{{{2}}, {{0}}, {{3}}}, {{"axis", std::int64_t{0}}}}};
}

}  // namespace

constinit const Op slice_op{.name = "slice",
                            .doc = "Elements start, start + step, ... below stop on every axis.",
                            .rule = "slice: the gradient where it was read, zeros elsewhere",
                            .attributes = "start stop step",
                            .traits = moves,
                            .infer = infer_slice,
                            .derive = derive_slice,
                            .evaluate = evaluate_slice,
                            .axis = axis_slice,
                            .block = block_slice,
                            .flops = no_flops,
                            .samples = samples_slice};

constinit const Op unslice_op{.name = "unslice",
                              .doc = "Zeros with the input written where a slice would read.",
                              .rule = "unslice: the gradient where it was written",
                              .attributes = "shape start stop step",
                              .traits = moves,
                              .infer = infer_unslice,
                              .derive = derive_unslice,
                              .evaluate = evaluate_unslice,
                              .axis = axis_slice,
                              .block = block_unslice,
                              .flops = no_flops,
                              .samples = samples_unslice};

constinit const Op concatenate_op{.name = "concatenate",
                                  .doc = "Joined along one axis.",
                                  .rule = "concatenate: each input gets its part of the gradient",
                                  .arity = -1,
                                  .attributes = "axis",
                                  .traits = moves,
                                  .infer = infer_concatenate,
                                  .derive = derive_concatenate,
                                  .evaluate = evaluate_concatenate,
                                  .axis = axis_concatenate,
                                  .block = block_of_rows,
                                  .flops = no_flops,
                                  .samples = samples_concatenate};

Value slice(Value x, const Integers& start, const Integers& stop, const Integers& step) {
  return apply(slice_op, {x}, {{"start", start}, {"stop", stop}, {"step", step}});
}

Value slice(Value x, int axis, std::int64_t start, std::int64_t stop, std::int64_t step) {
  const auto at = static_cast<std::size_t>(normalize_axis("slice", x.type(), axis));
  const auto rank = static_cast<std::size_t>(x.shape().rank());
  Integers starts(rank, 0), stops = integers(x.shape()), steps(rank, 1);
  starts[at] = start, stops[at] = stop, steps[at] = step;
  return slice(x, starts, stops, steps);
}

Value unslice(Value x, const Shape& shape, const Integers& start, const Integers& stop, const Integers& step) {
  return apply(unslice_op, {x}, {{"shape", integers(shape)}, {"start", start}, {"stop", stop}, {"step", step}});
}

Value concatenate(std::span<const Value> parts, int axis) {
  if (parts.empty()) refuse("concatenate", "no inputs", "at least one");
  return apply(concatenate_op, parts, {{"axis", normalize_axis("concatenate", parts[0].type(), axis)}});
}

}  // namespace gradus
