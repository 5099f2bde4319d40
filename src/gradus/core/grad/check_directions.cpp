#include <algorithm>
#include <cmath>

#include "gradus/core/grad/check_parts.hpp"
#include "gradus/core/graph/print.hpp"
#include "gradus/core/ops/operators.hpp"
#include "gradus/core/ops/reduce.hpp"

namespace gradus {
namespace {

using Verdict = GradientComparison::Verdict;

using Direction = std::vector<Tensor>;

/// A random unit vector over all inputs together.
Direction unit_direction(std::span<const Value> xs, const RandomKey& key) {
  Direction out;
  double squares = 0;
  std::uint64_t first = 0;
  for (Value x : xs) {
    Tensor part(x.type());
    fill_normal(key, first, part.as<double>());
    first += static_cast<std::uint64_t>(part.count());
    for (double d : part.as<double>()) squares += d * d;
    out.push_back(std::move(part));
  }
  for (Tensor& part : out) {
    for (double& d : part.as<double>()) d /= squares > 0 ? std::sqrt(squares) : 1;
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

GradientComparison compare_along(const Check& check, Place& place, const Replay::Part& part,
                                 std::span<const Tensor> from, const Direction& direction, std::string name) {
  const auto move = [&](double step) { move_along(place.replay(), check.xs, from, direction, step); };
  Claim claim = place.claim(check.xs, part, move, 1);
  claim.place = std::move(name), claim.exact = inner(place.exact(), direction);
  claim.exact_at = [&](double step) {
    return inner(place.exact_at(place.gradients(), check.xs, move, step), direction);
  };
  for (std::size_t i = 0; i < from.size(); ++i) {
    const auto x = from[i].as<double>(), d = direction[i].as<double>();
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
  const Replay::Part part = place.replay().part(check.xs);
  const auto from = numbers_of(place.replay(), check.xs);
  for (std::int64_t i = 0; i < count; ++i) {
    Direction direction = unit_direction(check.xs, {check.options.seed, static_cast<std::uint64_t>(i), stream});
    const std::string at = "direction " + std::to_string(i + 1);
    GradientComparison found = compare_along(check, place, part, from, direction, at);
    if (std::isfinite(found.exact) && std::isnan(found.numeric)) {  // both ways lead outside: where all inputs grow?
      for (Tensor& d : direction) {
        for (double& number : d.as<double>()) number = std::abs(number);
      }
      found = compare_along(check, place, part, from, direction, at);
    }
    add(out, std::move(found));
  }
  return out;
}

Value slope_along(const Values& gradients, std::span<const Value> xs, const RandomKey& key) {
  const Direction direction = unit_direction(xs, key);
  Value total;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    const Value part = sum(gradients[i] * gradients[i].graph->constant(direction[i]));
    total = total ? total + part : part;
  }
  return total;
}

}  // namespace gradus
