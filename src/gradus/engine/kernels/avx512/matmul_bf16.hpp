// Products of bf16 matrices on our own loops for AVX-512 BF16.
#pragma once

#include "gradus/engine/kernels/kernel.hpp"

namespace gradus::avx512 {

/// Two bf16 matrices to f32, stored either way, as bf16_loops.hpp says. Blocks are rows of the output; the second input
/// is whole. Where the first is stored transposed, sums are over leaves (rows_per_leaf). Refuses on CPUs without
/// AVX-512 BF16.
Prepared prepare_matmul_bf16(const Call& call);

}  // namespace gradus::avx512
