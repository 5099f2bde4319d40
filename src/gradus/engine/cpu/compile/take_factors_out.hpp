// Before a graph is cut: what of a sum over images can be done once a channel.
#pragma once

#include "gradus/core/graph/graph.hpp"

namespace gradus {

/// Takes what is one number a channel out of sums and means over the rows of a batch and the places of its images:
/// sum(x * c) becomes sum(x) * c, and sum(x - mean(x)) what rounding leaves of it, channel by channel. So the gradients
/// of a normalization are two sums of what was made for them, and one more pass over its input. Factors that do not
/// come from the batch stay. Rounds otherwise.
Graph take_factors_out(const Graph& graph);

}  // namespace gradus
