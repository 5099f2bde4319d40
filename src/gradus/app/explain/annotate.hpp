// Evaluates a graph node by node and says what reverse mode did with it.
#pragma once

#include "gradus/app/explain/explanation.hpp"
#include "gradus/app/explain/formula/formula.hpp"

namespace gradus::explain {

struct AnnotateOptions {
  std::vector<std::string> variables = {};       // names of inputs to derive by; empty: all floating inputs
  bool second = false;                           // the Hessian
  bool jacobian = false;                         // of every edge
  std::string remedy = "other values for --at";  // what to try where a value or derivative is not finite
};

/// `graph` (the unfused one, in f64) evaluated at `bindings` and derived from `output`; nodes that the output does not
/// need are left out. An output of several elements is derived as their sum, and a note says so. Throws UserError for
/// an unknown variable (with the nearest), an output that is not finite (with the expression of the node that it begins
/// with and the numbers that went in), and tables (Jacobian, Hessian) of more than 4096 by 4096 elements. Derivatives
/// that are not finite are told in `troubles`.
Explanation annotate(Graph graph, int output, std::span<const Binding> bindings, const AnnotateOptions& options = {});
/// Where something is not finite, a formula that is finite is looked for, and tried.
Explanation annotate(Formula formula, const AnnotateOptions& options = {});

}  // namespace gradus::explain
