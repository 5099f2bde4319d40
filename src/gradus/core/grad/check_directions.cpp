#include <algorithm>
#include <cmath>

#include "gradus/core/grad/check_parts.hpp"
#include "gradus/core/graph/print.hpp"
#include "gradus/core/ops/operators.hpp"
#include "gradus/core/ops/reduce.hpp"

namespace gradus {
namespace {

using Verdict = GradientComparison::Verdict;

/// A unit vector over all inputs together, and the length of a step along it that moves inputs by about their size.
struct Direction {
  std::vector<Tensor> of;
  double scale = 1;
};

/// At random, each number by its size: a step that is small for some is not lost in others, nor large for them.
Direction unit_direction(std::span<const Value> xs, std::span<const Tensor> from, const RandomKey& key) {
  Direction out;
  double drawn = 0, squares = 0, size = 1;
  for (const Tensor& tensor : from) {
    for (double x : tensor.as<double>()) size = std::max(size, std::abs(x));
  }
  std::uint64_t first = 0;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    Tensor part(xs[i].type());
    const auto d = part.as<double>();
    fill_normal(key, first, d);
    first += static_cast<std::uint64_t>(part.count());
    for (std::size_t e = 0; e < d.size(); ++e) {
      drawn += d[e] * d[e];
      if (!from.empty()) d[e] *= std::max(1.0, std::abs(from[i].as<double>()[e])) / size;
      squares += d[e] * d[e];
    }
    out.of.push_back(std::move(part));
  }
  if (!(squares > 0)) return out;
  for (Tensor& part : out.of) {
    for (double& d : part.as<double>()) d /= std::sqrt(squares);
  }
  out.scale = size * std::sqrt(squares / drawn);
  return out;
}

/// How far y moves when all inputs move by what they are: by so many of its last digits it errs, as inputs are rounded.
double rounding_of_inputs(const Place& place, std::span<const Tensor> from) {
  double out = 0;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const auto slope = place.exact()[i].as<double>(), x = from[i].as<double>();
    for (std::size_t e = 0; e < x.size(); ++e) {
      const double part = std::abs(slope[e] * x[e]);
      if (std::isfinite(part)) out += part;
    }
  }
  return out;
}

double inner(std::span<const Tensor> a, std::span<const Tensor> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto x = a[i].as<double>(), y = b[i].as<double>();
    for (std::size_t e = 0; e < x.size(); ++e) sum += x[e] * y[e];
  }
  return sum;
}

/// The numbers of xs as they are bound.
std::vector<Tensor> numbers_of(Replay& replay, std::span<const Value> xs) {
  std::vector<Tensor> out;
  for (Value x : xs) out.push_back(replay.input(x));
  return out;
}

/// Sets xs to `from` + step * direction.
void move_along(Replay& replay, std::span<const Value> xs, std::span<const Tensor> from,
                std::span<const Tensor> direction, double step) {
  for (std::size_t i = 0; i < xs.size(); ++i) {
    const auto to = replay.input(xs[i]).as<double>();
    const auto at = from[i].as<double>(), d = direction[i].as<double>();
    for (std::size_t e = 0; e < to.size(); ++e) to[e] = step == 0 ? at[e] : at[e] + step * d[e];
  }
}

GradientComparison compare_along(const Check& check, Place& place, const Replay::Affected& part,
                                 std::span<const Tensor> from, const Direction& direction, std::string name) {
  const auto move = [&](double step) { move_along(place.replay(), check.xs, from, direction.of, step); };
  Claim claim = place.claim(check.xs, part, move, direction.scale, rounding_of_inputs(place, from));
  claim.place = std::move(name), claim.exact = inner(place.exact(), direction.of);
  claim.exact_at = [&](double step) {
    return inner(place.exact_at(place.gradients(), check.xs, move, step), direction.of);
  };
  for (std::size_t i = 0; i < from.size(); ++i) {
    const auto x = from[i].as<double>(), d = direction.of[i].as<double>();
    for (std::size_t e = 0; e < x.size(); ++e) {
      const double size = std::abs(x[e]);
      claim.line.at_zero = claim.line.at_zero || size == 0;
      if (size == 0 || size >= small || d[e] == 0) continue;
      const double edge = size / std::abs(d[e]);
      claim.line.edge = claim.line.edge > 0 ? std::min(claim.line.edge, edge) : edge;
    }
  }
  if (!std::isfinite(claim.exact)) {
    GradientComparison out{Verdict::cannot_tell, claim.place, claim.exact, std::nan("")};
    out.because = "the exact derivative is " + print_number(claim.exact);
    return out;
  }
  return judge(claim, check.options);
}

}  // namespace

GradientCheckPart check_directions(Check& check, Place& place, std::string name, std::uint32_t stream,
                                   std::int64_t count) {
  GradientCheckPart out;
  out.name = std::move(name);
  for (const Tensor& tensor : place.exact()) out.elements += tensor.count();
  const Replay::Affected part = place.replay().part(check.xs);
  const auto from = numbers_of(place.replay(), check.xs);
  for (std::int64_t i = 0; i < count; ++i) {
    Direction direction = unit_direction(check.xs, from, {check.options.seed, static_cast<std::uint64_t>(i), stream});
    const std::string at = "direction " + std::to_string(i + 1);
    GradientComparison found = compare_along(check, place, part, from, direction, at);
    if (std::isfinite(found.exact) && std::isnan(found.numeric)) {  // both ways lead outside: where all inputs grow?
      for (Tensor& d : direction.of) {
        for (double& number : d.as<double>()) number = std::abs(number);
      }
      found = compare_along(check, place, part, from, direction, at);
    }
    add(out, std::move(found));
  }
  return out;
}

Value slope_along(const Values& gradients, std::span<const Value> xs, const RandomKey& key) {
  const Direction direction = unit_direction(xs, {}, key);
  Value total;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    const Value part = sum(gradients[i] * gradients[i].graph->constant(direction.of[i]));
    total = total ? total + part : part;
  }
  return total;
}

}  // namespace gradus
