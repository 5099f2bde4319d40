// Gradients against central differences: finds derivatives that are wrong, and tells them from kinks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gradus/core/grad/finite_difference.hpp"

namespace gradus {

struct GradientCheckOptions {
  std::int64_t elements = 64;  // checked one by one of each input, chosen by the seed; 0: all of them
  int directions = 3;          // random unit directions through all inputs at once, which see every element
  bool second = false;         // second derivatives along random directions too
  double epsilon = 0;          // of the central difference; 0: default_epsilon of each number
  double absolute = 1e-7;      // |exact - numeric| <= absolute + relative * max(|exact|, |numeric|) agrees
  double relative = 1e-5;
  std::uint64_t seed = 0;
};

/// What was found at one place.
struct GradientComparison {
  /// kink: the slopes on both sides differ, and the exact one lies between them. wrong: no slope there is the exact
  /// one.
  enum class Verdict { agrees, kink, wrong } verdict = Verdict::agrees;
  std::string place;  // "W[17]" (row-major, from 0), "direction 1"
  double exact = 0, numeric = 0;
  std::int64_t element = -1;  // 17; -1 for a direction
  double absolute_error() const;
  /// |exact - numeric| / max(|exact|, |numeric|), 0 when both are 0.
  double relative_error() const;
};

/// One input, or all directions of an order.
struct GradientCheckPart {
  std::string name;  // "W", "directions", "second order"
  std::int64_t elements = 0, checked = 0, kinks = 0, wrong = 0;
  GradientComparison worst;  // the worst verdict, then the largest error
  Shape shape = {};          // of the input
};

struct GradientCheck {
  std::vector<GradientCheckPart> parts;
  bool passed() const;
};

/// Checks dy/dx for every x. y is one number in f64, xs are bound floating inputs in f64: build the graph in f64 even
/// when the net trains in f32. Costs two evaluations a number. Appends derivatives to the graph. Throws UserError when
/// y or an x is something else, or y is not finite at these values.
GradientCheck gradient_check(Value y, std::span<const Value> xs, std::span<const Binding> bindings,
                             const GradientCheckOptions& options = {});

/// One line of the table "error against epsilon".
struct EpsilonError {
  double epsilon = 0;
  double forward = 0, central = 0;              // the numeric derivatives
  double forward_error = 0, central_error = 0;  // |numeric - exact|
};

struct EpsilonSweep {
  double exact = 0;
  std::vector<EpsilonError> rows;
  std::size_t best_forward = 0, best_central = 0;  // rows with the least error
};

/// The derivative of y by one element of x, for every epsilon: large ones err by the formula, small ones by rounding.
EpsilonSweep sweep_epsilon(Value y, Value x, std::int64_t element, std::span<const Binding> bindings,
                           std::span<const double> epsilons);
/// The same for 1e-1, 1e-2, ..., 1e-15.
EpsilonSweep sweep_epsilon(Value y, Value x, std::int64_t element, std::span<const Binding> bindings);

}  // namespace gradus
