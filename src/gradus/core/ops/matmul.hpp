// Matrix product.
#pragma once

#include "gradus/core/graph/graph.hpp"

namespace gradus {

/// [..., n, k] times [..., k, m] is [..., n, m]; leading (batch) axes broadcast. Sums over k in order. f32 and f64.
Value matmul(Value a, Value b);

std::span<const Op> matmul_ops();

}  // namespace gradus
