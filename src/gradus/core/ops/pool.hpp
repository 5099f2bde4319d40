// Pooling over one or two spatial axes: the largest element or the mean of each window. Two closed families:
// max_pool with the scatter and the selection of what it chose, and avg_pool with its gradient.
#pragma once

#include "gradus/core/ops/windows.hpp"

namespace gradus {

/// Of each spatial axis; one number stands for all axes. No stride: the kernel, so that windows do not overlap.
/// The padding is at most half the kernel.
struct PoolOptions {
  Integers kernel = {2}, stride = {}, padding = {0};
};

/// The largest element of each window, padding apart; NaN if any is. x is [rows, channels, spatial...].
Value max_pool(Value x, const PoolOptions& options);
/// Zeros in the shape of x, with each window's element of dy added where x has the window's largest element: the first,
/// at a tie.
Value max_pool_scatter(Value x, Value dy, const PoolOptions& options);
/// The element of v where x has each window's largest element. v has the shape of x.
Value max_pool_select(Value x, Value v, const PoolOptions& options);

/// The mean of each window; padding counts as zeros, as PyTorch has it.
Value avg_pool(Value x, const PoolOptions& options);
/// The gradient by x, whose spatial sizes are `size`, of avg_pool(x) . dy.
Value avg_pool_grad(Value dy, const Integers& size, const PoolOptions& options);

/// This family's ops, and all of them.
extern const Op max_pool_op, max_pool_scatter_op, max_pool_select_op, avg_pool_op, avg_pool_grad_op;
std::span<const Op* const> pool_ops();

/// The windows of a pooling op over images of type `x`, for kernels. Throws UserError naming `op`.
Windows pool_windows(std::string_view op, const Type& x, const Attrs& attrs);

}  // namespace gradus
