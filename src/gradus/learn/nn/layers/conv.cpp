// Convolutions over images and over sequences.
#include "gradus/core/ops/conv.hpp"

#include <array>
#include <numeric>

#include "gradus/core/base/error.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/operators.hpp"
#include "gradus/learn/nn/layers/spatial.hpp"
#include "gradus/learn/nn/spatial.hpp"

namespace gradus::nn {
namespace {

constexpr std::array<Key, 7> keys_of(int axes) {
  return {Key{.name = "channels",
              .type = KeyType::whole,
              .value = "6",
              .doc = "how many it gives",
              .range = width_range,
              .required = true,
              .bare = true},
          kernel_key(axes, axes == 1 ? "5" : "5x5"),
          spatial_key("stride", axes, "1", "from one window to the next"),
          spatial_key("pad", axes, "0", "zeros added on both sides", 0),
          spatial_key("dilation", axes, "1", "from one number of a window to the next"),
          Key{.name = "groups",
              .type = KeyType::whole,
              .value = "1",
              .doc = "of channels that do not see each other",
              .range = size_range},
          nobias_key};
}
constexpr auto keys2 = keys_of(2), keys1 = keys_of(1);

template <int axes> void normalize(Keys& keys) {
  set_sizes(keys, "kernel", in_full(keys.sizes("kernel"), axes));
  for (const char* name : {"stride", "pad", "dilation"}) shorten(keys, name);
}

Value build(const Layer& layer, Scope& scope, Value x) {
  require_axes(layer, x);
  const Keys& of = layer.keys();
  const std::int64_t out = of.whole("channels"), channels = x.shape()[1], groups = of.whole("groups");
  if (channels % groups != 0 || out % groups != 0) {
    refuse(layer,
           std::to_string(groups) + " groups for " + std::to_string(channels) + " channels in and " +
               std::to_string(out) + " out",
           "a number that divides both", "groups " + std::to_string(std::gcd(channels, out)));
  }
  const int axes = layer.traits().axes;
  Integers sizes{out, channels / groups};
  sizes.insert(sizes.end(), of.sizes("kernel").begin(), of.sizes("kernel").end());
  const Value weight = scope.parameter("weight", Shape(sizes), layer.init.value_or(init::torch_linear()));
  Value y = gradus::conv(
      x, weight,
      {in_full(of.sizes("stride"), axes), in_full(of.sizes("pad"), axes), in_full(of.sizes("dilation"), axes), groups});
  if (!of.truth("nobias")) {
    const Value bias = scope.parameter("bias", {out}, layer.bias_init.value_or(init::zeros()));
    y = y + reshape(bias, axes == 1 ? Shape{out, 1} : Shape{out, 1, 1});
  }
  scope.label(y, "preactivation");
  return y;
}

Layer conv_of(const LayerKind& kind, std::int64_t out, const Integers& kernel, const ConvOptions& options) {
  Layer layer = made(kind, {{"channels", out},
                            {"kernel", kernel},
                            {"stride", options.stride},
                            {"pad", options.padding},
                            {"dilation", options.dilation},
                            {"groups", options.groups},
                            {"nobias", !options.bias}});
  layer.init = options.init, layer.bias_init = options.bias_init;
  return layer;
}

}  // namespace

extern const LayerKind conv_kind{
    {"conv", "convolution over [rows, channels, height, width] (torch.nn.Conv2d)", keys2, nullptr, normalize<2>},
    build,
    {.role = Role::block, .axes = 2}};
extern const LayerKind conv1d_kind{
    {"conv1d", "convolution over [rows, channels, length] (torch.nn.Conv1d)", keys1, nullptr, normalize<1>},
    build,
    {.role = Role::block, .axes = 1}};

Layer conv(std::int64_t out, const Integers& kernel, const ConvOptions& options) {
  return conv_of(conv_kind, out, kernel, options);
}
Layer conv1d(std::int64_t out, const Integers& kernel, const ConvOptions& options) {
  return conv_of(conv1d_kind, out, kernel, options);
}

}  // namespace gradus::nn
