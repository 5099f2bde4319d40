// Values and derivatives that are not finite: where that begins, why, what is beside, and what is usually done.
#pragma once

#include <optional>
#include <span>

#include "gradus/app/explain/explanation.hpp"
#include "gradus/core/graph/graph.hpp"
#include "gradus/core/ops/interpret.hpp"

namespace gradus::explain {

/// The node of the explanation with which the output begins to be not finite, through operands that count: a branch
/// that `where` does not take does not. Nothing when the output is finite.
std::optional<int> first_bad_value(const Explanation& explanation);

/// "the logarithm of zero", "0/0", "a division by zero": what is wrong with a node whose arguments are finite.
std::string bad_value(const Explanation& explanation, int node);

/// Troubles of the first derivatives: the edges of the explanation that turn finite numbers into others, at most 3.
/// Sets all but the limit and the remedy.
std::vector<Trouble> find_troubles(const Explanation& explanation);

/// A number that a graph computes, and the inputs that are moved to see what it does beside their values.
struct Beside {
  Value of;
  std::int64_t element = 0;
  std::span<const Value> moving;
  std::span<const Binding> bindings;
};

/// "1"; or "none: beside these values it grows without bound", "none: beside these values it is -1 to 1, by the side".
std::string limit_of(const Beside& number);

/// The number that it goes to whichever way the inputs are moved; nothing when there is none.
std::optional<double> common_limit(const Beside& number);

/// The first element that is not finite; -1 when all are.
std::int64_t first_not_finite(ConstView value);

}  // namespace gradus::explain
