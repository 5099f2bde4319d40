#include <algorithm>
#include <cmath>

#include "gradus/core/grad/check_parts.hpp"

namespace gradus {
namespace {

/// How the inputs are moved off kinks, ties and edges.
struct Nudge {
  bool either;    // to either side at random, else all to one
  double sign;    // that one
  bool relative;  // numbers near 0 by a part of themselves
};

constexpr Nudge nudges[] = {{true, 0, false}, {false, 1, false}, {false, -1, false}, {true, 0, true}};

std::vector<Binding> moved(const Check& check, const Nudge& nudge, std::uint32_t stream) {
  std::vector<Binding> out(check.bindings.begin(), check.bindings.end());
  const RandomKey key{check.options.seed, 0, stream};
  std::uint64_t draw = 0;
  for (Binding& binding : out) {
    if (std::find(check.xs.begin(), check.xs.end(), binding.input) == check.xs.end()) continue;
    if (binding.value.dtype() != DType::f64) binding.value = binding.value.cast(DType::f64);
    for (double& x : binding.value.as<double>()) {
      const double part = 0.5 + std::ldexp(static_cast<double>(random_below(key, draw++, 1 << 20)), -21);
      const bool up = nudge.either ? random_below(key, draw++, 2) != 0 : nudge.sign > 0;
      const double size = std::abs(x);
      const double most = nudge.relative && size > 0 && size < small ? size / 8 : std::max(1.0, size) / 1024;
      x += (up ? part : -part) * most;
    }
  }
  return out;
}

bool finite(const Place& place) {
  return std::isfinite(place.here()) &&
         std::all_of(place.exact().begin(), place.exact().end(), [](const Tensor& tensor) {
           const auto numbers = tensor.as<double>();
           return std::all_of(numbers.begin(), numbers.end(), [](double x) { return std::isfinite(x); });
         });
}

bool rough(const GradientCheckPart& part) { return part.kinks > 0 || part.cannot_tell > 0; }

}  // namespace

void check_beside(Check& check, GradientCheck& out, Value y, Value slope) {
  if (std::none_of(out.parts.begin(), out.parts.end(), rough)) return;
  std::uint32_t stream = 1000;
  for (const Nudge& nudge : nudges) {
    const auto bindings = moved(check, nudge, stream++);
    Check at{check.xs, bindings, check.options, check.budget};
    Place place(y, check.xs, bindings, at.budget);
    if (!finite(place)) continue;
    out.parts.push_back(check_directions(at, place, "beside", stream++, 1));
    if (!slope) return;
    Place second(slope, check.xs, bindings, at.budget);
    if (finite(second)) out.parts.push_back(check_directions(at, second, "beside, second", stream++, 1));
    return;
  }
}

}  // namespace gradus
