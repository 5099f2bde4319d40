// The promises of a graph, checked: after every pass in debug builds and tests.
#pragma once

#include "gradus/core/graph/graph.hpp"

namespace gradus {

/// Throws InternalError naming the node unless every input precedes its node, the arity and the attributes are the
/// op's, the type is what the op's rule infers, every slot has one input at most and its type is the
/// slot's, names of outputs are unique, outputs exist, and next values are of the type of their state.
void verify(const Graph& graph);

}  // namespace gradus
