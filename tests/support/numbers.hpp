// For tests: numbers for the samples that ops state, and central differences.
#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "gradus/core/base/random.hpp"
#include "gradus/core/grad/differentiate.hpp"
#include "gradus/core/graph/graph.hpp"
#include "gradus/core/graph/print.hpp"
#include "gradus/core/ops/interpret.hpp"
#include "gradus/core/ops/operators.hpp"
#include "gradus/core/ops/reduce.hpp"

namespace gradus::test {

inline constexpr double kink_distance = 0.05;

/// One number in each of n equal parts of [low, high], in an order drawn by `seed`, so that no two are close to each
/// other or (for another `place` among the inputs) equal; away from kinks, and exact in f32.
inline Tensor draw_floating(const Type& type, double low, double high, int place, std::span<const double> kinks = {},
                            std::uint64_t seed = 1) {
  Tensor out(type);
  const std::int64_t n = out.count();
  std::vector<std::int64_t> part(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < part.size(); ++i) part[i] = static_cast<std::int64_t>(i);
  const RandomKey key{seed, 0, static_cast<std::uint32_t>(place)};
  for (std::size_t i = part.size(); i > 1; --i) std::swap(part[i - 1], part[random_below(key, i, i)]);
  for (std::int64_t i = 0; i < n; ++i) {
    const double inside = 0.31 + 0.26 * place;
    double x =
        low + (high - low) * (static_cast<double>(part[static_cast<std::size_t>(i)]) + inside) / static_cast<double>(n);
    for (double kink : kinks) {
      if (std::fabs(x - kink) < kink_distance) x = kink + (x < kink ? -1.2 : 1.2) * kink_distance;
    }
    out.set(i, static_cast<float>(x));
  }
  return out;
}

inline Tensor draw_whole(const Type& type, double low, double high, int place, std::uint64_t seed = 1) {
  Tensor out(type);
  const RandomKey key{seed, 1, static_cast<std::uint32_t>(place)};
  const auto choices = static_cast<std::uint64_t>(high - low) + 1;
  for (std::int64_t i = 0; i < out.count(); ++i) {
    out.set(i, low + static_cast<double>(random_below(key, static_cast<std::uint64_t>(i), choices)));
  }
  return out;
}

/// A sample as a graph: inputs x0, x1, ..., the op, and numbers for the inputs.
struct Case {
  std::unique_ptr<Graph> graph = std::make_unique<Graph>();
  std::vector<Binding> bindings;
  Values floating;  // the inputs that may have a gradient
  Value y;
};

inline Case make_case(const Op& op, const Sample& sample, DType floating = DType::f64) {
  Case out;
  Values inputs;
  for (const SampleInput& input : sample.inputs) {
    const int place = static_cast<int>(inputs.size());
    const Type type{is_floating(input.dtype) ? floating : input.dtype, input.shape};
    inputs.push_back(out.graph->input("x" + std::to_string(place), type));
    const bool drawn = is_floating(type.dtype);
    out.bindings.push_back({inputs.back(), drawn ? draw_floating(type, input.low, input.high, place, sample.kinks)
                                                 : draw_whole(type, input.low, input.high, place)});
    if (drawn) out.floating.push_back(inputs.back());
  }
  out.y = out.graph->append(op, inputs, sample.attrs);
  return out;
}

/// One number made of v: the sum of its elements times fixed weights between 0.5 and 1.5.
inline Value weighted_sum(Value v, int place = 0) {
  return sum(v * v.graph->constant(draw_floating(v.type(), 0.5, 1.5, place, {}, 7)));
}

/// d loss / d element of binding `which`, by four evaluations around it: error of order step^4.
inline double central_difference(Value loss, std::vector<Binding>& bindings, std::size_t which, std::int64_t element,
                                 double step = 1e-3) {
  Tensor& x = bindings[which].value;
  const double at = x.number(element);
  const auto value = [&](double offset) {
    x.set(element, at + offset);
    return interpret(std::vector{loss}, bindings)[0].number();
  };
  const double near = value(step) - value(-step), far = value(2 * step) - value(-2 * step);
  x.set(element, at);
  return (8 * near - far) / (12 * step);
}

/// |a - b|, relative where they are above 1.
inline double difference(double a, double b) {
  if (a == b || (std::isnan(a) && std::isnan(b))) return 0;
  const double d = std::fabs(a - b) / std::max({1.0, std::fabs(a), std::fabs(b)});
  return std::isnan(d) ? HUGE_VAL : d;
}

struct Disagreement {
  double difference = 0;
  std::string text;
};

/// The gradient of `loss` by each floating input of the case, against central differences: where they differ most.
inline Disagreement worst_gradient(Value loss, Case& c) {
  const Values gradients = gradient(loss, c.floating);
  const std::vector<Tensor> found = interpret(gradients, c.bindings);
  Disagreement worst;
  for (std::size_t which = 0; which < c.bindings.size(); ++which) {
    const auto place = std::find(c.floating.begin(), c.floating.end(), c.bindings[which].input) - c.floating.begin();
    if (place == static_cast<std::ptrdiff_t>(c.floating.size())) continue;
    const Tensor& dx = found[static_cast<std::size_t>(place)];
    for (std::int64_t element = 0; element < dx.count(); ++element) {
      const double expected = central_difference(loss, c.bindings, which, element);
      const double d = difference(dx.number(element), expected);
      if (!(d > worst.difference)) continue;
      worst = {d, "input " + std::to_string(which) + ", element " + std::to_string(element) + ": " +
                      print_number(dx.number(element)) + "; differences give " + print_number(expected)};
    }
  }
  return worst;
}

}  // namespace gradus::test
