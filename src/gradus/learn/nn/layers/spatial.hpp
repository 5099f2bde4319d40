// What convolution and pooling have in common: sizes an axis, and what they take.
#pragma once

#include "gradus/learn/nn/layers/parts.hpp"

namespace gradus::nn {

constexpr Key spatial_key(std::string_view name, int axes, std::string_view value, std::string_view doc,
                          std::int64_t least = 1) {
  return {.name = name,
          .type = KeyType::sizes,
          .value = value,
          .doc = doc,
          .range = {.low = static_cast<double>(least), .high = size_range.high},
          .numbers = static_cast<std::size_t>(axes)};
}

constexpr Key kernel_key(int axes, std::string_view value) {
  Key key = spatial_key("kernel", axes, value, "size of the window");
  key.required = key.bare = true;
  return key;
}

/// The sizes of every axis, or the one number where all are the same.
Sizes in_full(const Sizes& sizes, int axes);
Sizes briefly(const Sizes& sizes);
/// Brings the key called `name` to the short form.
void shorten(Keys& keys, std::string_view name);
void set_sizes(Keys& keys, std::string_view name, Sizes sizes);

/// Throws UserError where x has not the layer's number of axes.
void require_axes(const Layer& layer, Value x);

}  // namespace gradus::nn
