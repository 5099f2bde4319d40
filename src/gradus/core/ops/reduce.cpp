#include "gradus/core/ops/reduce.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gradus/core/ops/axes.hpp"
#include "gradus/core/ops/blocks.hpp"
#include "gradus/core/ops/broadcasting.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/pointwise.hpp"

namespace gradus {
namespace {

// ---- shapes
// ------------------------------------------------------------------------------------------------------------

bool reduces(const Integers& axes, int axis) { return std::find(axes.begin(), axes.end(), axis) != axes.end(); }

Shape reduced_shape(const Shape& shape, const Integers& axes, bool keep) {
  Integers sizes;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (!reduces(axes, axis)) sizes.push_back(shape[axis]);
    else if (keep) sizes.push_back(1);
  }
  return Shape(sizes);
}

std::int64_t reduced_count(const Shape& shape, const Integers& axes) {
  std::int64_t n = 1;
  for (std::int64_t axis : axes) n *= shape[static_cast<int>(axis)];
  return n;
}

enum class Numbers { floating, wide, any };  // wide: u8 would overflow

Type infer_reduction(std::string_view op, const Type& in, const Attrs& attrs, Numbers allowed, bool of_nothing) {
  const Integers& axes = attrs.integers("axes");
  const std::int64_t keep = attrs.integer("keep");
  const std::string found = "axes " + text(axes) + " of " + to_string(in);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (axes[i] < (i ? axes[i - 1] + 1 : 0) || axes[i] >= in.shape.rank()) {
      refuse(op, found, "axes that are there, sorted, each once", "count axes from 0");
    }
  }
  if (keep != 0 && keep != 1) refuse(op, "keep=" + std::to_string(keep), "0 or 1");
  if (in.dtype == DType::bf16 || (allowed == Numbers::floating && !is_floating(in.dtype))) {
    refuse(op, to_string(in), "f32 or f64", "cast first");
  }
  if (allowed == Numbers::wide && in.dtype == DType::u8) {
    refuse(op, to_string(in), "a dtype that holds the sum", "cast to i64 or f32 first");
  }
  if (!of_nothing && reduced_count(in.shape, axes) == 0)
    refuse(op, found, "at least one element", "leave out empty arrays");
  return {in.dtype, reduced_shape(in.shape, axes, keep == 1)};
}

Type infer_sum(Types in, const Attrs& a) { return infer_reduction("sum", in[0], a, Numbers::wide, true); }
Type infer_mean(Types in, const Attrs& a) { return infer_reduction("mean", in[0], a, Numbers::floating, false); }
Type infer_max(Types in, const Attrs& a) { return infer_reduction("max", in[0], a, Numbers::any, false); }
Type infer_min(Types in, const Attrs& a) { return infer_reduction("min", in[0], a, Numbers::any, false); }
Type infer_logsumexp(Types in, const Attrs& a) {
  return infer_reduction("logsumexp", in[0], a, Numbers::floating, true);
}

Type infer_argmax(Types in, const Attrs& attrs) {
  const int axis = axis_of("argmax", in[0], attrs);
  if (in[0].dtype == DType::bf16)
    refuse("argmax", to_string(in[0]), "a dtype that is computed in", "cast to f32 first");
  if (in[0].shape[axis] == 0) {
    refuse("argmax", "axis " + std::to_string(axis) + " of " + to_string(in[0]), "at least one element",
           "leave out empty arrays");
  }
  return {DType::i64, reduced_shape(in[0].shape, {axis}, false)};
}

// ---- derivatives
// -------------------------------------------------------------------------------------------------------

/// `v` in the shape that keep = 1 gives, so that it broadcasts to the input.
Value kept(Value y, Value v) {
  return reshape(v, reduced_shape(y.input(0).shape(), y.node().attrs.integers("axes"), true));
}

Values derive_sum(Value y, Value dy) { return {broadcast_to(kept(y, dy), y.input(0).shape())}; }

Values derive_mean(Value y, Value dy) {
  const auto n = static_cast<double>(reduced_count(y.input(0).shape(), y.node().attrs.integers("axes")));
  return {broadcast_to(kept(y, dy / n), y.input(0).shape())};
}

// Equal shares among ties.
Values derive_extreme(Value y, Value dy) {
  const Value x = y.input(0);
  const Value chosen = cast(equal(x, kept(y, y)), x.dtype());
  const Value ties = apply(sum_op, {chosen}, {{"axes", y.node().attrs.integers("axes")}, {"keep", std::int64_t{1}}});
  return {chosen * (kept(y, dy) / ties)};
}

Values derive_logsumexp(Value y, Value dy) { return {kept(y, dy) * exp(y.input(0) - kept(y, y))}; }

Values derive_argmax(Value, Value) { return {Value{}}; }

// ---- evaluation
// --------------------------------------------------------------------------------------------------------

/// Strides that walk the output along with the input's elements: 0 along reduced axes.
Strides output_strides(const Shape& in, const Integers& axes) {
  const Shape kept_shape = reduced_shape(in, axes, true);
  auto walked = strides(kept_shape);
  for (std::int64_t axis : axes) walked[static_cast<std::size_t>(axis)] = 0;
  return walked;
}

/// Calls f(element of the input, element of the output) for all of the input in order.
template <class F> void for_each_pair(const Shape& in, const Attrs& attrs, F&& f) {
  const std::array<Strides, 1> walked{output_strides(in, attrs.integers("axes"))};
  for_each_element(in, walked, [&](std::int64_t element, const auto& offsets) {
    f(static_cast<std::size_t>(element), static_cast<std::size_t>(offsets[0]));
  });
}

std::size_t size_of_output(View out) { return static_cast<std::size_t>(out.count()); }

/// Sums in order: floating numbers in f64, integers modulo 2^64.
template <class T> using Accumulator = std::conditional_t<std::is_floating_point_v<T>, double, std::uint64_t>;

template <class T> std::vector<Accumulator<T>> sums(Views in, View out, const Attrs& attrs) {
  std::vector<Accumulator<T>> total(size_of_output(out));
  const auto x = in[0].as<T>();
  for_each_pair(in[0].shape(), attrs,
                [&](std::size_t from, std::size_t to) { total[to] += static_cast<Accumulator<T>>(x[from]); });
  return total;
}

void evaluate_sum(Views in, View out, const Attrs& attrs) {
  visit(out.dtype(), [&]<class T>(std::type_identity<T>) {
    const auto total = sums<T>(in, out, attrs);
    for (std::size_t i = 0; i < total.size(); ++i) out.as<T>()[i] = static_cast<T>(total[i]);
  });
}

void evaluate_mean(Views in, View out, const Attrs& attrs) {
  const auto n = static_cast<double>(reduced_count(in[0].shape(), attrs.integers("axes")));
  visit_floating(out.dtype(), [&]<class T>(std::type_identity<T>) {
    const auto total = sums<T>(in, out, attrs);
    for (std::size_t i = 0; i < total.size(); ++i) out.as<T>()[i] = static_cast<T>(total[i] / n);
  });
}

/// The elements that `better` prefers; the first NaN wins over all.
template <class T, class Better> void extremes(Views in, std::span<T> best, const Attrs& attrs, Better&& better) {
  std::vector<char> seen(best.size());
  const auto x = in[0].as<T>();
  for_each_pair(in[0].shape(), attrs, [&](std::size_t from, std::size_t to) {
    const bool first_nan = x[from] != x[from] && best[to] == best[to];
    if (!seen[to] || first_nan || better(x[from], best[to])) best[to] = x[from];
    seen[to] = 1;
  });
}

void evaluate_max(Views in, View out, const Attrs& attrs) {
  visit(out.dtype(),
        [&]<class T>(std::type_identity<T>) { extremes<T>(in, out.as<T>(), attrs, [](T a, T b) { return a > b; }); });
}

void evaluate_min(Views in, View out, const Attrs& attrs) {
  visit(out.dtype(),
        [&]<class T>(std::type_identity<T>) { extremes<T>(in, out.as<T>(), attrs, [](T a, T b) { return a < b; }); });
}

void evaluate_logsumexp(Views in, View out, const Attrs& attrs) {
  visit_floating(out.dtype(), [&]<class T>(std::type_identity<T>) {
    std::vector<T> largest(size_of_output(out), -std::numeric_limits<T>::infinity());
    extremes<T>(in, std::span<T>(largest), attrs, [](T a, T b) { return a > b; });
    std::vector<double> total(largest.size());
    const auto x = in[0].as<T>();
    for_each_pair(in[0].shape(), attrs, [&](std::size_t from, std::size_t to) {
      total[to] += std::exp(static_cast<double>(x[from]) - static_cast<double>(largest[to]));
    });
    // Infinity less infinity is not a number, so an infinite maximum is the answer itself.
    for (std::size_t i = 0; i < total.size(); ++i) {
      const auto top = static_cast<double>(largest[i]);
      out.as<T>()[i] = std::isinf(top) ? largest[i] : static_cast<T>(top + std::log(total[i]));
    }
  });
}

void evaluate_argmax(Views in, View out, const Attrs& attrs) {
  const AroundAxis at = split(in[0].shape(), static_cast<int>(attrs.integer("axis")));
  visit(in[0].dtype(), [&]<class T>(std::type_identity<T>) {
    for (std::int64_t i = 0; i < at.outer * at.inner; ++i) {
      const T* x = in[0].as<T>().data() + i / at.inner * at.size * at.inner + i % at.inner;
      std::int64_t best = 0;
      for (std::int64_t k = 1; k < at.size; ++k) {
        const T now = x[k * at.inner], so_far = x[best * at.inner];
        if (now > so_far || (now != now && so_far == so_far)) best = k;
      }
      out.as<std::int64_t>()[static_cast<std::size_t>(i)] = best;
    }
  });
}

// ---- facts
// -------------------------------------------------------------------------------------------------------------

Axis axis_of_reduction(const Integers& axes, int axis, bool keep) {
  if (reduces(axes, axis)) return {Axis::reduced, -1};
  int at = axis;
  for (std::int64_t reduced : axes) at -= !keep && reduced < axis ? 1 : 0;
  return {Axis::kept, at};
}
Axis axis_reduction(int, int axis, Types, const Node& node) {
  return axis_of_reduction(node.attrs.integers("axes"), axis, node.attrs.integer("keep") == 1);
}
Axis axis_argmax(int, int axis, Types, const Node& node) {
  return axis_of_reduction({node.attrs.integer("axis")}, axis, false);
}

double count(const Type& type) { return static_cast<double>(type.shape.count()); }
double flops_each(Types in, const Node&) { return count(in[0]); }                          // add or compare
double flops_mean(Types in, const Node& node) { return count(in[0]) + count(node.type); }  // and divide
double flops_logsumexp(Types in, const Node& node) { return 4 * count(in[0]) + 2 * count(node.type); }

std::vector<Sample> samples_reduction() {
  const auto over = [](Integers axes, std::int64_t keep) { return Attrs{{"axes", std::move(axes)}, {"keep", keep}}; };
  return {{{{{3, 5}}}, over({1}, 0)},    {{{{3, 5}}}, over({0}, 1)},    {{{{2, 3, 4}}}, over({0, 2}, 0)},
          {{{{2, 3, 4}}}, over({1}, 1)}, {{{{2, 3}}}, over({0, 1}, 0)}, {{{{}}}, over({}, 0)},
          {{{{2, 2}}}, over({}, 0)},     {{{{0, 3}}}, over({1}, 0)},    {{{{41}}}, over({0}, 0)}};
}

std::vector<Sample> samples_with_empty() {
  auto samples = samples_reduction();
  samples.push_back({{{{3, 0}}}, {{"axes", Integers{1}}, {"keep", std::int64_t{0}}}});
  return samples;
}

std::vector<Sample> samples_sum() {
  auto samples = samples_with_empty();
  samples.push_back({{{{3, 4}, -9, 9, DType::i64}}, {{"axes", Integers{0}}, {"keep", std::int64_t{0}}}});
  samples.push_back({{{{3, 4}, -9, 9, DType::i32}}, {{"axes", Integers{0, 1}}, {"keep", std::int64_t{1}}}});
  return samples;
}

std::vector<Sample> samples_extreme() {
  auto samples = samples_reduction();
  samples.push_back({{{{3, 4}, 0, 9, DType::u8}}, {{"axes", Integers{1}}, {"keep", std::int64_t{0}}}});
  samples.push_back({{{{3, 4}, -9, 9, DType::i64}}, {{"axes", Integers{1}}, {"keep", std::int64_t{0}}}});
  return samples;
}

std::vector<Sample> samples_argmax() {
  return {{{{{3, 5}}}, {{"axis", std::int64_t{1}}}},
          {{{{2, 3, 4}}}, {{"axis", std::int64_t{1}}}},
          {{{{6}, 0, 3, DType::i32}}, {{"axis", std::int64_t{0}}}},
          {{{{0, 3}}}, {{"axis", std::int64_t{1}}}}};
}

Value reduce(const Op& op, Value x, const Integers& axes, bool keep) {
  return apply(op, {x}, {{"axes", normalize_axes(op.name, x.type(), axes)}, {"keep", std::int64_t{keep}}});
}

}  // namespace

constinit const Op sum_op{.name = "sum",
                          .doc = "Sum over axes.",
                          .rule = "sum: every element gets the gradient of its sum",
                          .attributes = "axes keep",
                          .traits = {.additive = true},
                          .infer = infer_sum,
                          .derive = derive_sum,
                          .evaluate = evaluate_sum,
                          .axis = axis_reduction,
                          .block = block_of_rows,
                          .flops = flops_each,
                          .samples = samples_sum,
                          .onnx = "ReduceSum"};

constinit const Op mean_op{.name = "mean",
                           .doc = "Mean over axes.",
                           .rule = "mean: every element gets 1/n of the gradient of its mean",
                           .attributes = "axes keep",
                           .infer = infer_mean,
                           .derive = derive_mean,
                           .evaluate = evaluate_mean,
                           .axis = axis_reduction,
                           .block = block_of_rows,
                           .flops = flops_mean,
                           .samples = samples_reduction,
                           .onnx = "ReduceMean"};

constinit const Op max_op{.name = "max",
                          .doc = "Largest element over axes; NaN if any is.",
                          .rule = "max routes the gradient to the largest element; ties share it equally",
                          .attributes = "axes keep",
                          .infer = infer_max,
                          .derive = derive_extreme,
                          .evaluate = evaluate_max,
                          .axis = axis_reduction,
                          .block = block_of_rows,
                          .flops = flops_each,
                          .samples = samples_extreme,
                          .onnx = "ReduceMax"};

constinit const Op min_op{.name = "min",
                          .doc = "Smallest element over axes; NaN if any is.",
                          .rule = "min routes the gradient to the smallest element; ties share it equally",
                          .attributes = "axes keep",
                          .infer = infer_min,
                          .derive = derive_extreme,
                          .evaluate = evaluate_min,
                          .axis = axis_reduction,
                          .block = block_of_rows,
                          .flops = flops_each,
                          .samples = samples_extreme,
                          .onnx = "ReduceMin"};

constinit const Op logsumexp_op{.name = "logsumexp",
                                .doc = "ln(sum(e^x)) over axes.",
                                .rule = "logsumexp: the gradient times softmax(x)",
                                .attributes = "axes keep",
                                .infer = infer_logsumexp,
                                .derive = derive_logsumexp,
                                .evaluate = evaluate_logsumexp,
                                .axis = axis_reduction,
                                .block = block_of_rows,
                                .flops = flops_logsumexp,
                                .samples = samples_with_empty,
                                .onnx = "ReduceLogSumExp"};

constinit const Op argmax_op{.name = "argmax",
                             .doc = "Index of the first largest element along one axis.",
                             .rule = "argmax is an index: no gradient passes",
                             .attributes = "axis",
                             .infer = infer_argmax,
                             .derive = derive_argmax,
                             .evaluate = evaluate_argmax,
                             .axis = axis_argmax,
                             .block = block_of_rows,
                             .flops = flops_each,
                             .samples = samples_argmax,
                             .onnx = "ArgMax"};

std::span<const Op* const> reduce_ops() {
  static constexpr const Op* ops[] = {&sum_op, &mean_op, &max_op, &min_op, &logsumexp_op, &argmax_op};
  return ops;
}

Value sum(Value x, const Integers& axes, bool keep) { return reduce(sum_op, x, axes, keep); }
Value mean(Value x, const Integers& axes, bool keep) { return reduce(mean_op, x, axes, keep); }
Value max(Value x, const Integers& axes, bool keep) { return reduce(max_op, x, axes, keep); }
Value min(Value x, const Integers& axes, bool keep) { return reduce(min_op, x, axes, keep); }
Value logsumexp(Value x, const Integers& axes, bool keep) { return reduce(logsumexp_op, x, axes, keep); }
Value argmax(Value x, int axis) { return apply(argmax_op, {x}, {{"axis", normalize_axis("argmax", x.type(), axis)}}); }

}  // namespace gradus
