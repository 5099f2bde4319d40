// Portable vector kernels on Highway: chosen at run time for AVX2, AVX-512, NEON or plain code. Results may differ
// between instruction sets, but not with the block, the thread or an element's place in a vector.
//
// Largest errors of elementary functions in units of the last place (tests/engine/cpu/kernels/highway/math_test.cpp):
//
//        exp  expm1  log  log1p  tanh  sin  cos  erf  power
//   f32  1    2      1    2.5    2.5   3    3    2.5  0.6
//   f64  1    2.5    1    2.5    2.5   3    3    2.5  1.5
//
// Sine and cosine of |x| > 39000 are the standard library's.
#pragma once

#include "gradus/engine/cpu/kernels/kernel.hpp"

namespace gradus::highway {

/// A PointwiseProgram whose outputs have one shape and access (rows or whole). Inputs broadcast to it in any way that
/// keeps rows with rows. An output may lie in the memory of an input of its own type.
Prepared prepare_pointwise(const Call& call);

/// sum, mean, max, min over the last axes, the middle axes, or axis 0 as well; logsumexp over the last axes; argmax,
/// softmax, log_softmax along the last. f32 and f64. Blocks: rows to rows; or columns of a matrix reduced over its
/// rows. A sum over rows is one over leaves (rows_per_leaf), each row having been summed first. softmax may work in
/// place.
Prepared prepare_reduce(const Call& call);

/// A matrix transposed; elements of 4 or 8 bytes. Blocks: rows to columns or columns to rows; the input may be whole.
Prepared prepare_transpose(const Call& call);

/// Products of two f32 or f64 matrices, each stored either way. Blocks are rows of the output; the second input is
/// whole. Sums go in order; where the first input is stored transposed, they are over leaves (rows_per_leaf).
Prepared prepare_matmul(const Call& call);

/// Those of them with few columns, wherever that is faster. Where the first input is stored transposed, with the bits
/// of prepare_matmul.
Prepared prepare_narrow_matmul(const Call& call);

/// Products of two bf16 matrices: what prepare_matmul computes of the same numbers in f32, in the same order.
Prepared prepare_matmul_bf16(const Call& call);

/// f32 to bf16 and back, of rows or of the whole.
Prepared prepare_cast(const Call& call);

/// conv, conv_input_grad, conv_weight_grad of f32 and f64, with any stride, padding, dilation and groups. Blocks are
/// images of the first input and of the output; the gradient by the weights is of all images at once, or of each block
/// a part, and a sum over leaves. A number that is infinite makes NaN of what it meets padding in.
Prepared prepare_conv(const Call& call);

/// The ops of pooling, f32 and f64, with windows two wide and two apart and as far apart as high, without padding.
/// Blocks are rows of all operands. Gives the bits of the ops' own loops.
Prepared prepare_pool(const Call& call);

}  // namespace gradus::highway
