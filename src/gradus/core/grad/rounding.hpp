// How far the rounding of its own sums moves an exact derivative: cos(x)/x - sin(x)/x^2 near 0 has few right digits.
#pragma once

#include <functional>

#include "gradus/core/grad/differentiate.hpp"
#include "gradus/core/ops/replay.hpp"

namespace gradus {

/// A derivative of y along a line, and what it was made of.
struct Course {
  Replay& replay;
  const Replay::Affected& part;
  std::span<const Value> moving;
  std::function<void(double)> move;  // moves the inputs by a step from where they are bound
};

/// An estimate of first order: each sum of parts of an adjoint errs by its last digit, and that counts by how fast its
/// node moves along the line. `step` is small enough for differences of nodes.
double rounding_of(const Course& course, const Derivative& derivative, std::span<const Binding> bindings, double step);

}  // namespace gradus
