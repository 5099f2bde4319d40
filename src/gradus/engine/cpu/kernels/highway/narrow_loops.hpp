// Products with few columns, for f32 and f64: each number of the result is a sum along a row.
#pragma once

#include "gradus/engine/cpu/kernels/highway/matmul_loops.hpp"

namespace gradus::highway {

/// C[i, j] = the product of row i of A and column j of B, both contiguous (a_l and b_l are 1): term l is added in lane
/// l % (numbers in a vector), then the lanes. `onto` and what is to be packed are not read.
using NarrowLoop = void (*)(const Product& product);

/// Of the best instruction set that this machine has.
NarrowLoop narrow_loop_f32();
NarrowLoop narrow_loop_f64();

}  // namespace gradus::highway
