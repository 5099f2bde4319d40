// Pointwise ops: element i of the output depends on element i of the inputs, which broadcast as in NumPy.
// The structs (formula, slopes, texts) are in pointwise/*.inl; here they become ops and C++ functions.
#pragma once

#include <cstddef>
#include <span>
#include <type_traits>

#include "gradus/core/graph/graph.hpp"
#include "gradus/core/ops/operators.hpp"
#include "gradus/core/ops/pointwise/form.hpp"
#include "gradus/core/ops/pointwise/scalar.hpp"

namespace gradus::pointwise {
#include "gradus/core/ops/pointwise/list.inl"

template <class... F> constexpr std::size_t size(List<F...>) { return sizeof...(F); }

/// The place of F in the list, and so in pointwise_ops().
template <class F, class... G> constexpr std::size_t index_in(List<G...>) {
  constexpr bool same[] = {std::is_same_v<F, G>...};
  std::size_t i = 0;
  while (!same[i]) ++i;
  return i;
}
}  // namespace gradus::pointwise

namespace gradus {

/// One op for each struct, in the order of pointwise::All.
std::span<const Op> pointwise_ops();

template <class F> const Op& pointwise_op() { return pointwise_ops()[pointwise::index_in<F>(pointwise::All{})]; }

template <class F> Value apply_pointwise(std::initializer_list<Value> inputs) {
  return apply(pointwise_op<F>(), inputs);
}

#define GRADUS_POINTWISE_FUNCTIONS
#include "gradus/core/ops/pointwise/list.inl"
#undef GRADUS_POINTWISE_FUNCTIONS

}  // namespace gradus
