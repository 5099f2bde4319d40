// What the ops that move data share.
#pragma once

#include <array>
#include <cstring>

#include "gradus/core/graph/graph.hpp"
#include "gradus/core/ops/axes.hpp"
#include "gradus/core/ops/broadcasting.hpp"

namespace gradus {

/// Throws UserError for a size below 0.
inline Shape shape_of(std::string_view op, const Integers& sizes) {
  for (std::int64_t size : sizes) {
    if (size < 0) refuse(op, "size " + std::to_string(size), "sizes >= 0");
  }
  return Shape(sizes);
}

inline Integers integers(const Shape& shape) { return {shape.begin(), shape.end()}; }

/// Copies elements of `in`, walked by `strides` from `start`, into `out` in order. Any dtype, by size.
inline void copy_strided(const std::byte* in, std::int64_t start, std::array<std::int64_t, max_rank> strides,
                         View out) {
  const std::size_t size = size_of(out.dtype());
  auto* to = static_cast<std::byte*>(out.data());
  for_each_element(out.shape(), std::array<Strides, 1>{strides}, [&](std::int64_t element, const auto& offsets) {
    std::memcpy(to + static_cast<std::size_t>(element) * size, in + static_cast<std::size_t>(start + offsets[0]) * size,
                size);
  });
}
inline const std::byte* bytes(ConstView view) { return static_cast<const std::byte*>(view.data()); }

inline double no_flops(Types, const Node&) { return 0; }

inline constexpr Traits moves{.moves_data = true};

}  // namespace gradus
