// Softmax and its logarithm along one axis.
#pragma once

#include "gradus/core/graph/graph.hpp"

namespace gradus {

/// e^x / sum(e^x), shifted by the maximum so that nothing overflows.
Value softmax(Value x, int axis = -1);
/// x - logsumexp(x).
Value log_softmax(Value x, int axis = -1);

/// This family's ops, and all of them.
extern const Op softmax_op, log_softmax_op;
std::span<const Op* const> softmax_ops();

}  // namespace gradus
