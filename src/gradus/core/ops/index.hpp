// Ops that read or write by index. Indices are i32 or i64; one outside the axis is refused when it is met.
#pragma once

#include "gradus/core/graph/graph.hpp"

namespace gradus {

/// Slices of x along `axis` at `indices` (any shape): x [a, n, c], indices [i, j], axis 1 gives [a, i, j, c].
Value gather(Value x, Value indices, int axis = 0);
/// Zeros of size `size` along `axis`, with every slice of x added at its index, in index order: gather's adjoint.
Value scatter_add(Value x, Value indices, std::int64_t size, int axis = 0);
/// [..., size] of `dtype`: 1 at the index, else 0.
Value one_hot(Value indices, std::int64_t size, DType dtype = DType::f32);
/// 0, 1, 2, ... along `axis`, repeated along the others.
Value iota(Graph& graph, const Type& type, int axis = 0);

/// What ops and their kernels say of an index outside of [0, size): a UserError that names `op`.
[[noreturn]] void refuse_index(std::string_view op, std::int64_t index, std::int64_t element, std::int64_t size);

/// This family's ops, and all of them.
extern const Op gather_op, scatter_add_op, one_hot_op, iota_op;
std::span<const Op* const> index_ops();

}  // namespace gradus
