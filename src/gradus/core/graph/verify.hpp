// The promises of a graph, checked: after every pass in debug builds and tests.
#pragma once

#include "gradus/core/graph/graph.hpp"

namespace gradus {

/// Throws InternalError naming the node unless every input precedes its node, the arity and the attributes are the
/// op's, the type is what the op's rule infers, names of inputs and outputs are unique, and outputs exist.
void verify(const Graph& graph);

}  // namespace gradus
