// Numeric derivatives: what the exact ones are checked against.
#pragma once

#include "gradus/core/ops/interpret.hpp"

namespace gradus {

/// forward: (f(w + e) - f(w)) / e, error of order e. central: (f(w + e) - f(w - e)) / (2 e), error of order e^2.
enum class Difference { forward, central };

/// The derivative of the number y by element `element` (row-major) of the input x, with the interpreter, in the graph's
/// own dtype (use f64: differences cancel). e is the distance that was really taken, (x + epsilon) - x rounded.
/// Throws UserError when y is not one number, x is no bound input, or epsilon is not positive.
double numeric_derivative(Difference difference, Value y, Value x, std::int64_t element,
                          std::span<const Binding> bindings, double epsilon);

/// The cube root of the f64 precision times max(1, |at|): what balances rounding against the error of the central
/// formula.
double default_epsilon(double at);

}  // namespace gradus
