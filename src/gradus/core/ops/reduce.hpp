// Reductions over axes. `axes` empty: all axes. keep: reduced axes stay with size 1.
#pragma once

#include "gradus/core/graph/graph.hpp"

namespace gradus {

Value sum(Value x, const Integers& axes = {}, bool keep = false);
/// Throws UserError over no elements.
Value mean(Value x, const Integers& axes = {}, bool keep = false);
/// Largest / smallest element; NaN if any is NaN; the gradient is shared equally among ties. Refused over no elements.
Value max(Value x, const Integers& axes = {}, bool keep = false);
Value min(Value x, const Integers& axes = {}, bool keep = false);
/// ln(sum(exp(x))), exact for large x.
Value logsumexp(Value x, const Integers& axes = {}, bool keep = false);
/// Index (i64) of the first largest element along one axis (negative: from the last). Refused over no elements.
Value argmax(Value x, int axis = -1);

/// This family's ops, and all of them.
extern const Op sum_op, mean_op, max_op, min_op, logsumexp_op, argmax_op;
std::span<const Op* const> reduce_ops();

}  // namespace gradus
