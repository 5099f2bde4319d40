// Products in fixed tiles on kernels that libxsmm generates.
#pragma once

#include "gradus/engine/cpu/kernels/kernel.hpp"

namespace gradus {

/// matmul of two matrices, f32 or f64; the second stored as it is (libxsmm 1.17 refuses what would be its TRANS_A).
/// A first matrix stored transposed (dW = dZ' X) has at most rows_per_leaf rows: larger sums are for highway.matmul,
/// which adds the leaves of the tree in registers.
Prepared prepare_xsmm_matmul(const Call& call);

}  // namespace gradus
