// Convolution (as neural networks use the word: cross-correlation) over one or two spatial axes, and the two gradients
// that close the family: each is linear in both inputs, and the derivatives of each are the other two.
#pragma once

#include "gradus/core/ops/windows.hpp"

namespace gradus {

/// Of each spatial axis; one number stands for all axes.
struct ConvOptions {
  Integers stride = {1}, padding = {0}, dilation = {1};
  std::int64_t groups = 1;  // output channels of group g see input channels of group g alone
};

/// y[n, o, p] = sum over c, k of w[o, c, k] * x[n, group(o) + c, p * stride + k * dilation - padding].
/// x is [rows, channels, spatial...], w is [out, channels / groups, kernel...], y is [rows, out, places...].
Value conv(Value x, Value w, const ConvOptions& options = {});

/// The gradient by x, whose spatial sizes are `size`, of conv(x, w) . dy.
Value conv_input_grad(Value dy, Value w, const Integers& size, const ConvOptions& options = {});

/// The gradient by w, whose kernel sizes are `kernel`, of conv(x, w) . dy.
Value conv_weight_grad(Value x, Value dy, const Integers& kernel, const ConvOptions& options = {});

/// This family's ops, and all of them.
extern const Op conv_op, conv_input_grad_op, conv_weight_grad_op;
std::span<const Op* const> conv_ops();

/// The sizes of a convolution, for kernels. Channels count in all groups together.
struct ConvSizes {
  std::int64_t rows = 0, in_channels = 0, out_channels = 0, groups = 1;
  Windows windows;
  std::int64_t group_in() const { return in_channels / groups; }
  std::int64_t group_out() const { return out_channels / groups; }
};

/// Of a node of one of the three ops that infer has accepted: which of them tells which type is whose.
ConvSizes conv_sizes(const Op& op, Types in, const Type& out, const Attrs& attrs);

}  // namespace gradus
