#include <algorithm>
#include <cmath>

#include "gradus/core/grad/check_parts.hpp"
#include "gradus/core/grad/kinks.hpp"
#include "gradus/core/grad/range.hpp"
#include "gradus/core/grad/rounding.hpp"

namespace gradus {
namespace {

/// The sum of |slope * number|; numbers that are not finite are left out.
double reach_of(const Tensor& slopes, const Tensor& numbers) {
  double out = 0;
  for (std::int64_t e = 0; e < slopes.count(); ++e) {
    const double part = std::abs(slopes.number(e) * numbers.number(e));
    if (std::isfinite(part)) out += part;
  }
  return out;
}

}  // namespace

Place::Place(Value y, std::span<const Value> xs, std::span<const Binding> bindings, Budget& budget)
    : bindings_(bindings), budget_(budget), replay_(y, bindings), derivative_(differentiate(y, xs)), exact_() {
  Values wanted = derivative_.of;
  std::vector<int> into;
  const auto moving = replay_.part(xs).nodes;
  for (std::size_t id = 0; id < derivative_.contribution_of.size(); ++id) {
    const Values& of = derivative_.contribution_of[id];
    for (std::size_t slot = 0; slot < of.size(); ++slot) {
      const int input = replay_.graph().node(static_cast<int>(id)).inputs[slot];
      if (of[slot] && std::binary_search(moving.begin(), moving.end(), input)) {
        wanted.push_back(of[slot]), into.push_back(input);
      }
    }
  }
  std::vector<Tensor> numbers = interpret(wanted, bindings);
  budget_.spend(work_of(std::span(&y, 1)) + work_of(wanted));
  const auto parts = static_cast<std::ptrdiff_t>(derivative_.of.size());
  exact_.assign(numbers.begin(), numbers.begin() + parts);
  set_sizes(xs, into, std::span(numbers).subspan(derivative_.of.size()));
}

/// Each number that y is made of errs by its last digit, and that counts by how fast y goes with it.
void Place::set_sizes(std::span<const Value> xs, std::span<const int> into, std::span<const Tensor> contributions) {
  for (std::size_t i = 0; i < into.size(); ++i) {
    magnitude_ = std::hypot(magnitude_, reach_of(contributions[i], replay_.before(into[i])));
  }
  for (std::size_t i = 0; i < xs.size(); ++i) {
    const Tensor& x = replay_.input(xs[i]);
    for (std::int64_t e = 0; e < x.count(); ++e) {
      const double rise = std::abs(exact_[i].number(e)) * std::max(1.0, std::abs(x.number(e)));
      if (std::isfinite(rise)) rise_ = std::max(rise_, rise);
    }
  }
}

Claim Place::claim(std::span<const Value> moving, const Replay::Affected& part, const std::function<void(double)>& move,
                   double scale, double rounded) {
  Claim claim;
  claim.rise = rise_;
  claim.line.here = here(), claim.line.scale = scale,
  claim.line.magnitude = std::min(std::hypot(magnitude_, rounded), std::numeric_limits<double>::max());
  claim.line.y = [this, &part, move](double step) {
    move(step);
    budget_.spend(part.work);
    const double y = replay_.moved(part);
    move(0);
    return y;
  };
  claim.rough = [this, &part, move, scale] { return rough(part, move, scale); };
  claim.out_of_range = [this] { return out_of_range(derivative_.of, bindings_); };
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
std::string Place::rough(const Replay::Affected& part, const std::function<void(double)>& move, double scale) {
  auto kinks = kinks_at(replay_, part, std::ldexp(scale, -30), move);
  budget_.spend(4 * part.work);
  std::erase_if(kinks, [](const Kink& kink) { return kink.kind == Kink::Kind::leaves; });
  return describe(replay_.graph(), kinks);
}

}  // namespace gradus
