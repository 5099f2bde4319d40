// What the parts of a gradient check share, and the parts.
#pragma once

#include <functional>
#include <limits>
#include <span>
#include <string>

#include "gradus/core/base/random.hpp"
#include "gradus/core/grad/check.hpp"
#include "gradus/core/grad/differentiate.hpp"
#include "gradus/core/grad/judge.hpp"
#include "gradus/core/ops/replay.hpp"

namespace gradus {

/// Inputs nearer to 0 than this have an edge of their own: steps as small as they are.
inline constexpr double small = 1.0 / 256;

/// What may still be spent; counts evaluations.
class Budget {
 public:
  explicit Budget(double work) : limited_(work > 0), left_(work) {}
  void spend(double work) { left_ -= work; }
  /// How many times `work`, between `least` and `most`, when `shares` parts come out of what is left.
  std::int64_t affords(double work, std::int64_t least, std::int64_t most, double shares) const {
    if (!limited_ || most <= least) return most;
    const double times = std::max(left_, 0.0) / shares / std::max(work, 1.0);
    return times >= static_cast<double>(most) ? most : std::max(least, static_cast<std::int64_t>(times));
  }
  double left() const { return limited_ ? left_ : std::numeric_limits<double>::infinity(); }

 private:
  bool limited_;
  double left_;
};

/// y at the bindings and near them, its derivatives there, and how rough it is.
class Place {
 public:
  /// Appends the derivatives of y by xs to its graph.
  Place(Value y, std::span<const Value> xs, std::span<const Binding> bindings, Budget& budget);

  double here() const { return replay_.here(); }
  Replay& replay() { return replay_; }
  const Values& gradients() const { return derivative_.of; }
  const std::vector<Tensor>& exact() const { return exact_; }  // their numbers

  /// The line that `move` moves the inputs `moving` along, by a step from where they are bound. `part` and `moving`
  /// must outlive the claim.
  /// `rounded`: how far y moves when the inputs themselves are moved by all of what they are, 0 where steps are exact.
  Claim claim(std::span<const Value> moving, const Replay::Affected& part, const std::function<void(double)>& move,
              double scale, double rounded = 0);
  /// The numbers of some of the gradients with the inputs `moving` moved by a step.
  std::vector<Tensor> exact_at(std::span<const Value> gradients, std::span<const Value> moving,
                               const std::function<void(double)>& move, double step);

 private:
  void set_sizes(std::span<const Value> xs, std::span<const int> into, std::span<const Tensor> contributions);
  std::string rough(const Replay::Affected& part, const std::function<void(double)>& move, double scale);

  std::span<const Binding> bindings_;
  Budget& budget_;
  Replay replay_;
  Derivative derivative_;
  std::vector<Tensor> exact_;
  double magnitude_ = 0;  // y errs by about this times the precision
  double rise_ = 0;       // the largest change of y that a gradient claims for a step of the size of its input
};

/// What all parts of a check share.
struct Check {
  std::span<const Value> xs;
  std::span<const Binding> bindings;
  const GradientCheckOptions& options;
  Budget budget;
};

/// Counts `found` in `part`, and keeps it if it is the worst.
void add(GradientCheckPart& part, GradientComparison found);

/// Elements of xs[i] one by one, as many as a share of 1 / `shares` of what is left allows, two at least.
GradientCheckPart check_elements(Check& check, Place& place, std::size_t i, double shares);

/// `count` directions through all of xs.
GradientCheckPart check_directions(Check& check, Place& place, std::string name, std::uint32_t stream,
                                   std::int64_t count);

/// The first derivative along a direction that stays where it is: its gradient is a row of second derivatives.
Value slope_along(const Values& gradients, std::span<const Value> xs, const RandomKey& key);

/// Checks the rules that could not be checked at the place itself, beside it, and adds the parts. Does nothing where
/// all could be checked, and where y or its gradient is not finite beside it either. `slope` is that of the second
/// order, or empty.
void check_beside(Check& check, GradientCheck& out, Value y, Value slope);

}  // namespace gradus
