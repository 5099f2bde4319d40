#include "gradus/core/ops/softmax.hpp"

#include <cmath>

#include "gradus/core/ops/axes.hpp"
#include "gradus/core/ops/blocks.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/core/ops/reduce.hpp"

namespace gradus {
namespace {

Type infer(std::string_view op, Types in, const Attrs& attrs) {
  if (in[0].dtype != DType::f32 && in[0].dtype != DType::f64) refuse(op, to_string(in[0]), "f32 or f64", "cast first");
  axis_of(op, in[0], attrs);
  return in[0];
}
Type infer_softmax(Types in, const Attrs& attrs) { return infer("softmax", in, attrs); }
Type infer_log_softmax(Types in, const Attrs& attrs) { return infer("log_softmax", in, attrs); }

Integers own_axis(Value y) { return {y.node().attrs.integer("axis")}; }

Values derive_softmax(Value y, Value dy) { return {y * (dy - sum(dy * y, own_axis(y), true))}; }
Values derive_log_softmax(Value y, Value dy) { return {dy - exp(y) * sum(dy, own_axis(y), true)}; }

/// Calls line(x, y, n, stride) for every line along the axis: n elements of each, `stride` apart.
template <class F> void for_each_line(Views in, View out, const Attrs& attrs, F&& line) {
  const AroundAxis at = split(in[0].shape(), static_cast<int>(attrs.integer("axis")));
  visit_floating(out.dtype(), [&]<class T>(std::type_identity<T>) {
    for (std::int64_t i = 0; i < at.outer; ++i) {
      for (std::int64_t j = 0; j < at.inner; ++j) {
        const std::int64_t first = i * at.size * at.inner + j;
        line(in[0].as<T>().data() + first, out.as<T>().data() + first, at.size, at.inner);
      }
    }
  });
}

/// The largest of n numbers and the sum of e^(x - largest).
template <class T> std::pair<T, double> largest_and_sum(const T* x, std::int64_t n, std::int64_t stride) {
  T largest = x[0];
  for (std::int64_t i = 1; i < n; ++i) {
    if (x[i * stride] > largest) largest = x[i * stride];
  }
  double sum = 0;
  for (std::int64_t i = 0; i < n; ++i) sum += std::exp(static_cast<double>(x[i * stride] - largest));
  return {largest, sum};
}

void evaluate_softmax(Views in, View out, const Attrs& attrs) {
  for_each_line(in, out, attrs, []<class T>(const T* x, T* y, std::int64_t n, std::int64_t stride) {
    if (n == 0) return;
    const auto [largest, sum] = largest_and_sum(x, n, stride);
    for (std::int64_t i = 0; i < n; ++i) {
      y[i * stride] = static_cast<T>(std::exp(static_cast<double>(x[i * stride] - largest)) / sum);
    }
  });
}

void evaluate_log_softmax(Views in, View out, const Attrs& attrs) {
  for_each_line(in, out, attrs, []<class T>(const T* x, T* y, std::int64_t n, std::int64_t stride) {
    if (n == 0) return;
    const auto [largest, sum] = largest_and_sum(x, n, stride);
    const double log_sum = std::log(sum);
    for (std::int64_t i = 0; i < n; ++i) {
      y[i * stride] = static_cast<T>(static_cast<double>(x[i * stride] - largest) - log_sum);
    }
  });
}

Axis axis(int, int axis, Types, const Node& node) {
  return axis == node.attrs.integer("axis") ? Axis{} : Axis{Axis::kept, axis};
}

// An element: compare, subtract, exponential, add, and divide or subtract.
double flops(Types in, const Node&) { return 5.0 * static_cast<double>(in[0].shape.count()); }

std::vector<Sample> samples() {
  const auto along = [](std::int64_t axis) { return Attrs{{"axis", axis}}; };
  return {{{{{3, 5}}}, along(1)}, {{{{3, 5}}}, along(0)}, {{{{2, 3, 4}}}, along(1)}, {{{{4}, -30, 30}}, along(0)},
          {{{{3, 1}}}, along(1)}, {{{{0, 3}}}, along(1)}, {{{{3, 0}}}, along(1)}};
}

Value along(const Op& op, Value x, int axis) {
  return apply(op, {x}, {{"axis", normalize_axis(op.name, x.type(), axis)}});
}

}  // namespace

constinit const Op softmax_op{.name = "softmax",
                              .doc = "e^x / sum(e^x) along one axis.",
                              .rule = "softmax: y times (the gradient less the sum of gradient times y)",
                              .attributes = "axis",
                              .infer = infer_softmax,
                              .derive = derive_softmax,
                              .evaluate = evaluate_softmax,
                              .axis = axis,
                              .block = block_of_rows,
                              .flops = flops,
                              .samples = samples,
                              .onnx = "Softmax"};

constinit const Op log_softmax_op{.name = "log_softmax",
                                  .doc = "x - ln(sum(e^x)) along one axis.",
                                  .rule = "log_softmax: the gradient less softmax times the sum of the gradient",
                                  .attributes = "axis",
                                  .infer = infer_log_softmax,
                                  .derive = derive_log_softmax,
                                  .evaluate = evaluate_log_softmax,
                                  .axis = axis,
                                  .block = block_of_rows,
                                  .flops = flops,
                                  .samples = samples,
                                  .onnx = "LogSoftmax"};

std::span<const Op* const> softmax_ops() {
  static constexpr const Op* ops[] = {&softmax_op, &log_softmax_op};
  return ops;
}

Value softmax(Value x, int axis) { return along(softmax_op, x, axis); }
Value log_softmax(Value x, int axis) { return along(log_softmax_op, x, axis); }

}  // namespace gradus
