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
  double rise = 0;  // the largest change of y that some derivative claims for a step of the size of its input
  /// The exact derivative at a step along the line. Asked only where differences contradict.
  std::function<double(double)> exact_at;
  /// What bends or jumps right here, in words; "" when nothing does. Asked only there too.
  std::function<std::string()> rough;
  /// The number on the way to the exact derivative that over- or underflows, in words; "" for none. Asked only there
  /// too.
  std::function<std::string()> out_of_range;
  /// How much the exact derivative changes within the last digits of the inputs: its own rounding. Asked only there
  /// too.
  std::function<double(double)> rounding;
};

GradientComparison judge(const Claim& claim, const GradientCheckOptions& options);

}  // namespace gradus
