#include "gradus/learn/nn/layers/spatial.hpp"

#include <algorithm>

#include "gradus/core/base/error.hpp"
#include "gradus/core/graph/print.hpp"
#include "gradus/core/ops/windows.hpp"

namespace gradus::nn {

Sizes in_full(const Sizes& sizes, int axes) { return for_each_axis(sizes, axes, 1); }

Sizes briefly(const Sizes& sizes) {
  const bool same = std::all_of(sizes.begin(), sizes.end(), [&](std::int64_t size) { return size == sizes[0]; });
  return same && !sizes.empty() ? Sizes{sizes[0]} : sizes;
}

void set_sizes(Keys& keys, std::string_view name, Sizes sizes) {
  keys.set(kinds::find_key(keys.table(), name), std::move(sizes));
}

void shorten(Keys& keys, std::string_view name) { set_sizes(keys, name, briefly(keys.sizes(name))); }

void require_axes(const Layer& layer, Value x) {
  const int axes = layer.traits().axes;
  if (x.shape().rank() == axes + 2) return;
  const bool row = x.shape().rank() == 2;
  const std::string view = axes == 1 ? "view 1x" + std::to_string(x.columns()) : "view 1x28x28";
  refuse(layer, to_string(x.type()), axes == 1 ? "[rows, channels, length]" : "[rows, channels, height, width]",
         row ? "it before flatten and layers of a width, or a view first, such as \"" + view + "\""
             : "the layer for this number of axes, or a view first");
}

}  // namespace gradus::nn
