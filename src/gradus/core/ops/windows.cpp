#include "gradus/core/ops/windows.hpp"

#include <array>
#include <span>

#include "gradus/core/ops/axes.hpp"

namespace gradus {
namespace {

constexpr std::int64_t most = std::int64_t{1} << 30;  // of an attribute: sums and products of two stay in 64 bits

Integers copy(std::span<const std::int64_t> numbers) { return {numbers.begin(), numbers.end()}; }

/// `found` when it has one number from `least` on for each spatial axis.
std::span<const std::int64_t> entries(std::string_view op, const Type& image, std::string_view name,
                                      std::span<const std::int64_t> found, std::int64_t least) {
  const auto axes = static_cast<std::size_t>(image.shape.rank() - 2);
  if (found.size() != axes) {
    refuse(op, std::string(name) + " " + text(copy(found)) + " for " + to_string(image), "one number a spatial axis",
           std::to_string(axes) + " of them");
  }
  for (std::int64_t number : found) {
    if (number < least || number > most) {
      refuse(op, std::string(name) + " " + std::to_string(number), std::to_string(least) + " to 2^30");
    }
  }
  return found;
}

}  // namespace

int spatial_axes(std::string_view op, const Type& image) {
  if (image.dtype != DType::f32 && image.dtype != DType::f64) refuse(op, to_string(image), "f32 or f64", "cast first");
  const int rank = image.shape.rank();
  if (rank != 3 && rank != 4) {
    refuse(op, to_string(image), "[rows, channels, length] or [rows, channels, height, width]", "reshape it");
  }
  return rank - 2;
}

Windows windows_of(std::string_view op, const Type& image, const Attrs& attrs, std::span<const std::int64_t> kernel) {
  const auto axes = static_cast<std::size_t>(spatial_axes(op, image));
  constexpr std::array<std::int64_t, 2> ones{1, 1};
  const auto attribute = [&](std::string_view name, std::int64_t least) {
    return entries(op, image, name, attrs.integers(name), least);
  };
  const auto sizes = kernel.empty() ? attribute("kernel", 1) : entries(op, image, "kernel", kernel, 1);
  const auto stride = attribute("stride", 1), padding = attribute("padding", 0);
  const auto dilation = attrs.has("dilation") ? attribute("dilation", 1) : std::span(ones).first(axes);
  Windows out;
  for (std::size_t axis = 0; axis < axes; ++axis) {
    Window& window = axis + 1 == axes ? out.columns : out.rows;
    window = {image.shape[static_cast<int>(axis) + 2], 0, sizes[axis], stride[axis], padding[axis], dilation[axis]};
    const std::int64_t padded = window.size + 2 * window.padding, reach = (window.kernel - 1) * window.dilation + 1;
    if (reach > padded) {
      refuse(op,
             "a kernel of " + text(copy(sizes)) + (window.dilation > 1 ? ", dilation " + text(copy(dilation)) : "") +
                 " over " + to_string(image) + " with padding " + text(copy(padding)),
             "a kernel no larger than the padded input (" + std::to_string(reach) + " > " + std::to_string(padded) +
                 " on axis " + std::to_string(axis + 2) + ")",
             "a smaller kernel, more padding, or fewer layers that shrink before it");
    }
    window.count = (padded - reach) / window.stride + 1;
  }
  return out;
}

Shape places(const Type& image, std::int64_t channels, const Windows& windows) {
  const Shape& shape = image.shape;
  return shape.rank() == 3 ? Shape{shape[0], channels, windows.columns.count}
                           : Shape{shape[0], channels, windows.rows.count, windows.columns.count};
}

Integers for_each_axis(const Integers& given, int axes, std::int64_t otherwise) {
  if (given.size() > 1) return given;
  return Integers(static_cast<std::size_t>(axes), given.empty() ? otherwise : given[0]);
}

}  // namespace gradus
