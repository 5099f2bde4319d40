// Layers over [rows, channels, height, width], or with "1d" in their names over [rows, channels, length].
#pragma once

#include "gradus/core/tensor/shape.hpp"
#include "gradus/learn/nn/layer.hpp"

namespace gradus::nn {

/// Of each spatial axis; one number stands for both.
struct ConvOptions {
  Integers stride = {1}, padding = {0}, dilation = {1};
  std::int64_t groups = 1;
  bool bias = true;
  std::optional<init::Init> init = {};       // of the weight; torch_linear() unless given
  std::optional<init::Init> bias_init = {};  // zeros unless given
};

/// A convolution to `out` channels: "weight" is [out, channels / groups, kernel...] and "bias" [out], as in
/// torch.nn.Conv2d. Throws UserError for a size, stride, dilation or number of groups below 1, or a negative padding;
/// when it is built, for groups that do not divide the channels and a kernel larger than the padded input.
Layer conv(std::int64_t out, const Integers& kernel, const ConvOptions& options = {});
Layer conv1d(std::int64_t out, const Integers& kernel, const ConvOptions& options = {});

struct PoolOptions {
  Integers stride = {};  // the kernel, unless given
  Integers padding = {0};
};

/// The largest element of each window: torch.nn.MaxPool2d.
Layer max_pool(const Integers& kernel, const PoolOptions& options = {});
Layer max_pool1d(const Integers& kernel, const PoolOptions& options = {});
/// The mean of each window, in which padding counts as zeros: torch.nn.AvgPool2d.
Layer avg_pool(const Integers& kernel, const PoolOptions& options = {});
Layer avg_pool1d(const Integers& kernel, const PoolOptions& options = {});

/// Each row in the shape `sample`, which has as many elements: [1, 28, 28] makes 784 numbers an image of one channel.
Layer view(const Shape& sample);

/// Axes that the first layer of `net` which takes this input works over, activations and dropout not counted: 2 of a
/// convolution over images, 0 of a linear layer.
int axes_taken(const Layer& net, std::string_view input = features_name);

/// `sample` as that layer takes it: a layer over two axes takes an image [height, width], and a square
/// number of numbers, as an image of one channel; one over one axis takes any numbers as one channel.
Shape input_of(const Layer& net, const Shape& sample, std::string_view input = features_name);

}  // namespace gradus::nn
