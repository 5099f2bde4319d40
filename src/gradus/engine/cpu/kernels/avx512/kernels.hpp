// Kernels on our own loops for AVX-512 BF16. They refuse on CPUs without it.
#pragma once

#include "gradus/engine/cpu/kernels/kernel.hpp"

namespace gradus::avx512 {

/// Two bf16 matrices to f32, stored either way, as bf16_loops.hpp says. Blocks are rows of the output; the second input
/// is whole. Where the first is stored transposed, sums are over leaves (rows_per_leaf).
Prepared prepare_matmul_bf16(const Call& call);

/// f32 to bf16, of rows or of the whole, with the bits of to_bf16().
Prepared prepare_cast(const Call& call);

}  // namespace gradus::avx512
