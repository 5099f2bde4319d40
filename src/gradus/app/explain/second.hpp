// Tables of derivatives: the Jacobian of every edge, the Hessian of the output.
#pragma once

#include "gradus/app/explain/explanation.hpp"
#include "gradus/core/graph/graph.hpp"
#include "gradus/core/ops/interpret.hpp"

namespace gradus::explain {

/// Sets Edge::jacobian of every edge that carries a gradient. `ids`: the graph node of each node of the explanation.
void add_jacobians(Explanation& explanation, Graph& graph, const std::vector<int>& ids,
                   std::span<const Binding> bindings);

/// Sets the Hessian from the first derivatives by `variables`, by differentiating them again.
void add_hessian(Explanation& explanation, const Values& gradients, const Values& variables,
                 std::span<const Binding> bindings);

/// Where a Hessian that is not finite begins to be so; nothing when it is finite.
std::optional<Trouble> second_trouble(const Explanation& explanation, Graph& graph, const std::vector<int>& ids,
                                      const Values& gradients, const Values& variables,
                                      std::span<const Binding> bindings);

/// "x", or "W(1,2)" for element `element` (row-major, from 0): what its name is, counted from 1.
std::string element_name(const std::string& name, const Shape& shape, std::int64_t element);

}  // namespace gradus::explain
