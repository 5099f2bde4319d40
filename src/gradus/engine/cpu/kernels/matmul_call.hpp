// What a product of two matrices is asked to do: sizes and strides of what a block reads and writes.
#pragma once

#include <string>

#include "gradus/engine/cpu/kernels/kernel.hpp"

namespace gradus {

/// C[i, j] = sum over l of A[i, l] B[l, j]. Strides are in elements.
struct MatmulCall {
  std::string refusal;  // not empty: not two matrices, or blocks that are neither rows of C nor parts of a sum
  std::int64_t rows = 0, columns = 0, length = 0;  // of C as a full block computes it; of the sums
  std::int64_t a_row = 0, a_l = 1, b_l = 0, b_column = 1;
  bool whole = false;    // one block computes all of C
  bool partial = false;  // a block sums over its own rows: `length` is the block's
  bool leaves = false;   // the sum runs over rows of both as they are stored: one over leaves (Call::leaf)
};

/// Access of the inputs may be rows, columns or whole where that comes to the same.
MatmulCall matmul_call(const Call& call);

}  // namespace gradus
