#include <algorithm>
#include <cmath>

#include "gradus/core/grad/check_parts.hpp"
#include "gradus/core/grad/kinks.hpp"
#include "gradus/core/grad/rounding.hpp"

namespace gradus {

Place::Place(Value y, std::span<const Value> xs, std::span<const Binding> bindings, Budget& budget)
    : bindings_(bindings),
      budget_(budget),
      replay_(y, bindings),
      derivative_(differentiate(y, xs)),
      exact_(interpret(derivative_.of, bindings)) {
  budget_.spend(work_of(std::span(&y, 1)) + work_of(derivative_.of));
  for (int id : replay_.part(xs).nodes) {
    const Tensor& value = replay_.before(id);
    if (value.dtype() != DType::f64) continue;
    for (double number : value.as<double>()) {
      if (std::isfinite(number)) magnitude_ = std::max(magnitude_, std::abs(number));
    }
  }
}

Claim Place::claim(std::span<const Value> moving, const Replay::Part& part, const std::function<void(double)>& move,
                   double scale) {
  Claim claim;
  claim.line.here = here(), claim.line.scale = scale, claim.line.magnitude = magnitude_;
  claim.line.y = [this, &part, move](double step) {
    move(step);
    budget_.spend(part.work);
    const double y = replay_.moved(part);
    move(0);
    return y;
  };
  claim.rough = [this, &part, move, scale] { return rough(part, move, scale); };
  claim.rounding = [this, &part, moving, move](double step) {
    return rounding_of({replay_, part, moving, move}, derivative_, bindings_, step);
  };
  return claim;
}

std::vector<Tensor> Place::exact_at(std::span<const Value> gradients, std::span<const Value> moving,
                                    const std::function<void(double)>& move, double step) {
  std::vector<Binding> moved(bindings_.begin(), bindings_.end());
  move(step);
  for (Binding& binding : moved) {
    const bool moves = std::find(moving.begin(), moving.end(), binding.input) != moving.end();
    if (moves) binding.value = replay_.input(binding.input);
  }
  move(0);
  budget_.spend(work_of(gradients));
  return interpret(gradients, moved);
}

/// A node that leaves its domain is no excuse: there is a slope on the other side.
std::string Place::rough(const Replay::Part& part, const std::function<void(double)>& move, double scale) {
  auto kinks = kinks_at(replay_, part, std::ldexp(scale, -30), move);
  budget_.spend(4 * part.work);
  std::erase_if(kinks, [](const Kink& kink) { return kink.kind == Kink::Kind::leaves; });
  return describe(replay_.graph(), kinks);
}

}  // namespace gradus
