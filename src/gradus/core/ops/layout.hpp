// Ops that move data: transpose, reshape, broadcast, slice, concatenate; and cast.
#pragma once

#include <vector>

#include "gradus/core/graph/graph.hpp"
#include "gradus/core/ops/operators.hpp"

namespace gradus {

/// The axes of x in another order: axis i of the result is axis order[i] of x.
Value transpose(Value x, const Integers& order);
/// The last two axes swapped. Throws UserError below rank 2.
Value transpose(Value x);
/// The same elements in row-major order in another shape; one size may be -1: what is left.
Value reshape(Value x, const Integers& sizes);
Value reshape(Value x, const Shape& shape);
/// [rows, ...] as [rows, columns].
Value flatten(Value x);
/// x repeated along axes of size 1 (NumPy's rule); x itself when it has the shape.
Value broadcast_to(Value x, const Shape& shape);
/// The inverse of broadcasting for gradients: sums over the axes that broadcasting `shape` to x's shape repeated.
Value sum_to(Value x, Shape shape);  // by value: a node's shape moves when the sum is appended
/// Elements start, start + step, ... below stop on every axis. REQUIRES one entry an axis, step >= 1.
Value slice(Value x, const Integers& start, const Integers& stop, const Integers& step);
Value slice(Value x, int axis, std::int64_t start, std::int64_t stop, std::int64_t step = 1);
/// Zeros of `shape` with x written where slice(start, stop, step) would read.
Value unslice(Value x, const Shape& shape, const Integers& start, const Integers& stop, const Integers& step);
/// Joined along `axis` (negative: from the last).
Value concatenate(std::span<const Value> parts, int axis);

/// This family's ops, and all of them.
extern const Op transpose_op, reshape_op, broadcast_op, slice_op, unslice_op, concatenate_op, cast_op;
std::span<const Op* const> layout_ops();

}  // namespace gradus
