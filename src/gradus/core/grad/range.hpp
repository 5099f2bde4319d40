// Derivatives that no number can hold on the way: x^4 within the derivative of 1/x^2 is 0 at x = 1e-100.
#pragma once

#include <string>

#include "gradus/core/ops/interpret.hpp"

namespace gradus {

/// The first node on the way to `wanted` that overflows, or whose product or quotient underflows to 0, in words:
/// "square(x) underflows here". "" for none. Evaluates all nodes.
std::string out_of_range(const Values& wanted, std::span<const Binding> bindings);

}  // namespace gradus
