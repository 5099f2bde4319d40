// What annotate and the advice on what is not finite share.
#pragma once

#include "gradus/app/explain/explanation.hpp"
#include "gradus/core/base/error.hpp"
#include "gradus/core/graph/graph.hpp"

namespace gradus::explain {

/// An output that is not finite: `node` of the explanation is the first to be so.
struct NotFinite : UserError {
  NotFinite(const Report& parts, int first) : UserError(Fault::data, parts), report(parts), node(first) {}
  Report report;
  int node;
};

/// Nodes of the graph that `output` needs, in order: those that an explanation of it has.
std::vector<int> ids_in_order(const Graph& graph, int output);

}  // namespace gradus::explain
