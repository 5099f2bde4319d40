// Whether products of bf16 matrices are worth it on this machine. Which kernel multiplies them follows from the
// instruction set alone; whether it outruns f32 does not: CPUs with AVX-512 BF16 do twice or half as many
// multiplications in it as in f32.
#pragma once

#include "gradus/core/tensor/dtype.hpp"
#include "gradus/engine/cpu/kernels/kernel.hpp"

namespace gradus {

struct FasterProducts {
  DType dtype = DType::f32;  // or bf16
  Bf16Unit unit = Bf16Unit::none;
  double speedup = 0;  // of bf16 over f32 where it was measured, else 0
};

/// How much faster bf16 has to be: a program rounds the matrices besides.
inline constexpr double least_bf16_speedup = 1.25;

/// With the instructions that instruction_set() allows: by AMX bf16 and without any unit f32, unmeasured; by AVX-512
/// BF16 what is measured, which takes about 5 ms.
FasterProducts faster_products();
/// The same, of another machine. `speedup` is read with AVX-512 BF16 alone.
FasterProducts faster_products(Bf16Unit unit, double speedup);

/// Times the speed of f32 in a product of 64x512 by 512x256 on the calling thread: the median of products in turn.
double measure_bf16_speedup();

}  // namespace gradus
