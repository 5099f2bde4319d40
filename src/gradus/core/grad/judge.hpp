// One derivative against differences.
#pragma once

#include <functional>
#include <string>

#include "gradus/core/grad/check.hpp"
#include "gradus/core/grad/line.hpp"

namespace gradus {

/// A derivative along a line.
struct Claim {
  std::string place;
  double exact = 0;
  Line line;
  /// The exact derivative at a step along the line. Asked only where differences contradict.
  std::function<double(double)> exact_at;
  /// What bends or jumps right here, in words; "" when nothing does. Asked only there too.
  std::function<std::string()> rough;
  /// How much the exact derivative changes within the last digits of the inputs: its own rounding. Asked only there
  /// too.
  std::function<double(double)> rounding;
};

GradientComparison judge(const Claim& claim, const GradientCheckOptions& options);

}  // namespace gradus
