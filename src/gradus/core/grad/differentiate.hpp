// Reverse mode as a transformation of the graph: derivatives are nodes appended to it, so they can be derived again.
#pragma once

#include "gradus/core/graph/graph.hpp"

namespace gradus {

/// What differentiate found, by node of the graph as it was: all that explain and diagnosis need.
struct Derivative {
  /// The gradient with respect to each x asked for; zeros where no path leads from y to it.
  Values of;
  /// adjoint_of[node]: dy/dnode, or an empty Value when no path from y through the node leads to an x.
  Values adjoint_of;
  /// contribution_of[node][input]: the part of the input's adjoint that this edge brings, before parts are summed, in
  /// the input's shape. Empty where the edge carries no gradient.
  std::vector<Values> contribution_of;
};

/// Goes backwards over the nodes once, each edge visited once. `seed` is dL/dy for a y that is not one number.
/// Throws UserError when y is not a single floating number and no seed is given, when an x is not floating, or when the
/// path crosses an op without a derivative.
Derivative differentiate(Value y, std::span<const Value> xs, Value seed = {});

/// The gradients alone. gradient(gradient(y, {x})[0], {x}) is the second derivative.
Values gradient(Value y, std::span<const Value> xs, Value seed = {});
Values gradient(Value y, std::initializer_list<Value> xs, Value seed = {});

}  // namespace gradus
