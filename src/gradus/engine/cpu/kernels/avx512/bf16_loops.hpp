// Products of bf16 matrices with f32 sums on the dot products of AVX-512 BF16 (vdpbf16ps).
//
// The instruction adds two terms to each of 16 sums, the later one first: C[i, j] is 0 + t1 + t0 + t3 + t2 + ..., every
// addition rounded to nearest even, where t is A[i, l] B[l, j], exact in f32. Denormals count as zero, of A and B as
// well as sums, whatever the thread's mode is. An odd last term is added to a zero term.
#pragma once

#include <cstddef>
#include <cstdint>

#include "gradus/core/tensor/bf16.hpp"

namespace gradus::avx512 {

/// C = A B. Strides are in elements; in A and in B one of the two is 1.
struct Bf16Product {
  const Bf16* a = nullptr;
  std::int64_t a_row = 0, a_l = 1;
  const Bf16* b = nullptr;
  std::int64_t b_l = 0, b_column = 1;
  float* c = nullptr;
  std::int64_t c_row = 0;
  std::int64_t rows = 0, columns = 0, length = 0;  // of C; of the sums
  std::byte* scratch = nullptr;                    // 64-byte aligned
};

/// Whether this CPU and its system have AVX-512 F, BW, VL and BF16, and this file was compiled for x86-64.
bool has_bf16_products();

/// REQUIRES has_bf16_products(), a_l 1, and multiply_bytes() of scratch.
void multiply(const Bf16Product& product);
std::size_t multiply_bytes(std::int64_t columns, std::int64_t length);

/// The same as a sum over leaves of `leaf` terms each, added in a binary tree. REQUIRES has_bf16_products(), a_row 1,
/// and multiply_leaves_bytes() of scratch.
void multiply_leaves(const Bf16Product& product, std::int64_t leaf);
std::size_t multiply_leaves_bytes(std::int64_t rows, std::int64_t length, std::int64_t leaf);

}  // namespace gradus::avx512
