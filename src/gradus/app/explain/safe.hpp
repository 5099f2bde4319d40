// Formulas rewritten so that they and their derivatives are finite where they were not: an inner `where` keeps an
// operation away from the numbers that it has no slope at.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "gradus/app/explain/formula/formula.hpp"

namespace gradus::explain {

/// An operation of a formula's graph that gets numbers outside of those it should.
struct Hazard {
  int node = -1;                  // in the graph
  int slot = 0;                   // the input whose derivative is not finite
  bool used = true;               // the result uses the node where it is so
  std::optional<double> instead;  // what it should be there; nothing: its own value
};

/// Ways to write the formula so that the hazard is gone, the usual one first. They are not tried.
std::vector<std::string> without_hazard(const Formula& formula, const Hazard& hazard);

/// The formula with the argument of a node kept at `least` or above: log(max(x, 1e-12)).
std::optional<std::string> kept_above(const Formula& formula, int node, double least);

}  // namespace gradus::explain
