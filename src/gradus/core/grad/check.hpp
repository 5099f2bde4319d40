// Gradients against numeric derivatives: finds derivatives that are wrong, and tells them from places where there is
// nothing to compare with.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gradus/core/grad/finite_difference.hpp"

namespace gradus {

struct GradientCheckOptions {
  std::int64_t elements = 64;          // checked one by one of each input, at most, chosen by the seed; 0: all of them
  int directions = 3;                  // random unit directions through all inputs at once, at most
  std::optional<bool> second = false;  // second derivatives along random directions too; {}: where `work` allows
  double relative = 1e-5;              // |exact - numeric| <= relative * max(|exact|, |numeric|) + 4 errors agrees
  double negligible = 1e-11;           // slopes below this share of y and what it is made of need not be told from 0
  double work = 0;                     // floating-point operations of all evaluations, about; 0: any number
  std::uint64_t seed = 0;
};

/// What was found at one place.
struct GradientComparison {
  /// kink: the slopes on both sides differ, and the exact one lies between them. cannot_tell: there is nothing to
  /// compare the exact one with, or it is not finite. wrong: the slope is known and is not the exact one.
  enum class Verdict { agrees, kink, cannot_tell, wrong } verdict = Verdict::agrees;
  std::string place;  // "W[17]" (row-major, from 0), "direction 1"
  double exact = 0;
  double numeric = 0;         // nan where y is not finite on either side
  double error = 0;           // of numeric, estimated
  std::string because = {};   // "sign(x) jumps": why it cannot be told, or what is wrong
  std::int64_t element = -1;  // 17; -1 for a direction
  double absolute_error() const;
  /// |exact - numeric| / max(|exact|, |numeric|), 0 when both are 0.
  double relative_error() const;
};

/// One input, or all directions of an order.
struct GradientCheckPart {
  std::string name;  // "W", "directions", "second order", "beside", "beside, second"
  std::int64_t elements = 0, checked = 0, kinks = 0, cannot_tell = 0, wrong = 0;
  GradientComparison worst;  // the worst verdict, then the largest error
  Shape shape = {};          // of the input
};

struct GradientCheck {
  std::vector<GradientCheckPart> parts;
  /// The worst of all parts.
  GradientComparison::Verdict verdict() const;
  /// No derivative is wrong, and none could not be told.
  bool passed() const;
  /// Elements of some input were left out.
  bool sampled() const;
};

/// Checks dy/dx for every x. y is one number in f64, xs are bound floating inputs in f64: build the graph in f64 even
/// when the net trains in f32. Where some derivative is at a kink or cannot be told, the parts "beside" check the same
/// rules at inputs moved a little off the place. Costs two evaluations a number where all is smooth, up to 150 where it
/// is not; only nodes that depend on what moves are evaluated. Appends derivatives to the graph. Throws UserError when
/// y or an x is something else, or y is not finite at these values.
GradientCheck gradient_check(Value y, std::span<const Value> xs, std::span<const Binding> bindings,
                             const GradientCheckOptions& options = {});

/// The work of the least that a check does: the gradient, two elements of every x, a direction.
double least_work(Value y, std::span<const Value> xs);

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
