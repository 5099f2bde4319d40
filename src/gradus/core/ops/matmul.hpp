// Matrix product.
#pragma once

#include "gradus/core/graph/graph.hpp"

namespace gradus {

/// [..., n, k] times [..., k, m] is [..., n, m]; leading (batch) axes broadcast. Sums over k in order. f32 and f64.
Value matmul(Value a, Value b);

/// This family's ops, and all of them.
extern const Op matmul_op;
std::span<const Op* const> matmul_ops();

}  // namespace gradus
