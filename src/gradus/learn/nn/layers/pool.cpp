// The largest number, or the mean, of windows.
#include "gradus/core/ops/pool.hpp"

#include <array>

#include "gradus/learn/nn/layers/spatial.hpp"
#include "gradus/learn/nn/spatial.hpp"

namespace gradus::nn {
namespace {

constexpr std::array<Key, 3> keys_of(int axes) {
  return {kernel_key(axes, "2"),
          spatial_key("stride", axes, "", "from one window to the next; the window's size unless given"),
          spatial_key("pad", axes, "0", "added on both sides, at most half the window", 0)};
}
constexpr auto keys2 = keys_of(2), keys1 = keys_of(1);

/// A stride of the kernel's size is none.
template <int axes> void normalize(Keys& keys) {
  const Sizes& stride = keys.sizes("stride");
  if (!stride.empty() && in_full(stride, axes) == in_full(keys.sizes("kernel"), axes)) set_sizes(keys, "stride", {});
  for (const char* name : {"kernel", "stride", "pad"}) shorten(keys, name);
}

template <Value (*pool)(Value, const gradus::PoolOptions&)> Value build(const Layer& layer, Scope&, Value x) {
  require_axes(layer, x);
  const int axes = layer.traits().axes;
  const Sizes kernel = in_full(layer.keys().sizes("kernel"), axes);
  const Sizes& stride = layer.keys().sizes("stride");
  return pool(x, {kernel, stride.empty() ? kernel : in_full(stride, axes), in_full(layer.keys().sizes("pad"), axes)});
}

Layer pool_of(const LayerKind& kind, const Integers& kernel, const PoolOptions& options) {
  return made(kind, {{"kernel", kernel}, {"stride", options.stride}, {"pad", options.padding}});
}

}  // namespace

extern const LayerKind maxpool_kind{
    {"maxpool", "the largest number of each window (torch.nn.MaxPool2d)", keys2, nullptr, normalize<2>},
    build<gradus::max_pool>,
    {.axes = 2}};
extern const LayerKind avgpool_kind{
    {"avgpool", "the mean of each window, padding counts as zeros (torch.nn.AvgPool2d)", keys2, nullptr, normalize<2>},
    build<gradus::avg_pool>,
    {.axes = 2}};
extern const LayerKind maxpool1d_kind{
    {"maxpool1d", "the same over [rows, channels, length] (torch.nn.MaxPool1d)", keys1, nullptr, normalize<1>},
    build<gradus::max_pool>,
    {.axes = 1}};
extern const LayerKind avgpool1d_kind{
    {"avgpool1d", "the same over [rows, channels, length] (torch.nn.AvgPool1d)", keys1, nullptr, normalize<1>},
    build<gradus::avg_pool>,
    {.axes = 1}};

Layer max_pool(const Integers& kernel, const PoolOptions& options) { return pool_of(maxpool_kind, kernel, options); }
Layer max_pool1d(const Integers& kernel, const PoolOptions& options) {
  return pool_of(maxpool1d_kind, kernel, options);
}
Layer avg_pool(const Integers& kernel, const PoolOptions& options) { return pool_of(avgpool_kind, kernel, options); }
Layer avg_pool1d(const Integers& kernel, const PoolOptions& options) {
  return pool_of(avgpool1d_kind, kernel, options);
}

}  // namespace gradus::nn
