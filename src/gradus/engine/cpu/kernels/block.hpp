// What a block of a step looks like: types, attributes and sizes of its operands.
#pragma once

#include <optional>

#include "gradus/engine/cpu/kernels/kernel.hpp"

namespace gradus {

/// Operand `i` of a call, outputs after inputs.
const Operand& operand(const Call& call, std::size_t i);

/// REQUIRES: two axes or more.
Shape with_last_axes_swapped(const Shape& shape);

/// The type of the part of an operand that a block of `rows` rows sees, as it lies in memory.
Type block_type(const Operand& operand, std::int64_t rows);

/// The attributes of the call's op for a block of rows of its output, as the op states them; nothing when it has no
/// such blocks.
std::optional<Attrs> attrs_of_block(const Call& call, Rows rows);

/// Whether the call sums over the rows of each block alone.
inline bool is_partial(const Call& call) { return call.outputs[0].access == Access::part; }

/// Rows of the last block when it is shorter than the others, else 0.
std::int64_t rest_rows(const Call& call);

/// Sums over leaves have room for the partial sums of so many.
inline constexpr std::int64_t most_leaves = std::int64_t{1} << 31;

constexpr std::size_t aligned(std::size_t bytes) { return (bytes + 63) / 64 * 64; }

}  // namespace gradus
