// Walking the elements of an output together with inputs that broadcast to it.
#pragma once

#include <array>
#include <cstddef>

#include "gradus/core/graph/graph.hpp"

namespace gradus {

/// Calls f(element, offsets) for every element of `shape` in row-major order; offsets[i] follows strides[i].
template <std::size_t inputs, class F>
void for_each_element(const Shape& shape, const std::array<std::array<std::int64_t, max_rank>, inputs>& strides,
                      F&& f) {
  const std::int64_t count = shape.count();
  std::array<std::int64_t, max_rank> index{};
  std::array<std::int64_t, inputs> offsets{};
  for (std::int64_t element = 0; element < count; ++element) {
    f(element, offsets);
    for (int axis = shape.rank() - 1; axis >= 0; --axis) {
      const auto a = static_cast<std::size_t>(axis);
      for (std::size_t i = 0; i < inputs; ++i) offsets[i] += strides[i][a];
      if (++index[a] < shape[axis]) break;
      for (std::size_t i = 0; i < inputs; ++i) offsets[i] -= strides[i][a] * shape[axis];
      index[a] = 0;
    }
  }
}

/// The rule of ops whose inputs broadcast to the output: an axis is kept where its size is the output's, and lies as
/// far from the last axis as before; else it is repeated.
Axis broadcast_axis(int input, int axis, Types in, const Node& node);

}  // namespace gradus
