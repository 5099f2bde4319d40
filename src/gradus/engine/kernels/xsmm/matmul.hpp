// Products in fixed tiles on kernels that libxsmm generates.
#pragma once

#include "gradus/engine/kernels/kernel.hpp"

namespace gradus {

/// matmul of two matrices, f32 or f64; the second stored as it is (libxsmm 1.17 refuses what would be its TRANS_A).
/// A first matrix stored transposed (dW = dZ' X) is summed over its rows leaf by leaf in the tree of rows_per_leaf.
Prepared prepare_xsmm_matmul(const Call& call);

}  // namespace gradus
