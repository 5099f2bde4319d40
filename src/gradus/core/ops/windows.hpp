// Windows that move over the spatial axes of [rows, channels, length] or [rows, channels, height, width]: what
// convolution and pooling have in common.
#pragma once

#include <algorithm>

#include "gradus/core/graph/graph.hpp"

namespace gradus {

/// One axis: a window of `kernel` elements, `dilation` apart, stands at `count` places, `stride` apart, of `size`
/// elements with `padding` more at both ends. Place o, tap k meets element o * stride + k * dilation - padding.
struct Window {
  std::int64_t size = 1, count = 1;
  std::int64_t kernel = 1, stride = 1, padding = 0, dilation = 1;

  std::int64_t element(std::int64_t place, std::int64_t tap) const { return place * stride + tap * dilation - padding; }
  /// The places where tap `k` meets an element, not padding: [first_place(k), end_place(k)).
  std::int64_t first_place(std::int64_t tap) const {
    const std::int64_t before = padding - tap * dilation;
    return before <= 0 ? 0 : std::min(count, (before + stride - 1) / stride);
  }
  std::int64_t end_place(std::int64_t tap) const {
    const std::int64_t last = size - 1 + padding - tap * dilation;
    return last < 0 ? 0 : std::min(count, last / stride + 1);
  }
};

/// The two axes of a window; a window along one axis is one of height 1.
struct Windows {
  Window rows, columns;
};

/// Axes after [rows, channels]: 1 or 2. Throws UserError naming `op` for another rank or a dtype that is not f32, f64.
int spatial_axes(std::string_view op, const Type& image);

/// What the attributes kernel, stride, padding and dilation say of windows over `image`; kernel is `kernel` where the
/// op has no such attribute, dilation is 1. Throws UserError naming `op` for entries that are missing or out of range,
/// and windows that do not fit.
Windows windows_of(std::string_view op, const Type& image, const Attrs& attrs,
                   std::span<const std::int64_t> kernel = {});

/// [rows, channels, places...]
Shape places(const Type& image, std::int64_t channels, const Windows& windows);

/// `given` for each of `axes` axes: as it is, the one number repeated, or `otherwise` where it is empty.
Integers for_each_axis(const Integers& given, int axes, std::int64_t otherwise);

}  // namespace gradus
