// Matrix product.
#pragma once

#include "gradus/core/graph/graph.hpp"

namespace gradus {

/// [..., n, k] times [..., k, m] is [..., n, m]; leading (batch) axes broadcast. Sums over k in order. f32 and f64.
Value matmul(Value a, Value b);

/// [..., k] and [..., m] with the same leading axes: [k, m], the sum over all of these of the products of a number of
/// the one and a number of the other; of matrices transpose(a) times b. What a matrix that is one for all gets as
/// gradient.
Value outer_sum(Value a, Value b);

/// This family's ops, and all of them.
extern const Op matmul_op, outer_sum_op;
std::span<const Op* const> matmul_ops();

}  // namespace gradus
