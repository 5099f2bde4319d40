// What a block of a step looks like: types, attributes and sizes of its operands.
#pragma once

#include "gradus/engine/kernels/kernel.hpp"

namespace gradus {

/// Operand `i` of a call, outputs after inputs.
const Operand& operand(const Call& call, std::size_t i);

/// The type of the part of an operand that a block of `rows` rows sees, as it lies in memory.
Type block_type(const Operand& operand, std::int64_t rows);

/// `attrs` of a node for a block of `rows` rows of its output of `all_rows`: sizes and bounds of axis 0 are the
/// block's.
Attrs attrs_of_block(const Attrs& attrs, std::int64_t all_rows, std::int64_t rows);

/// Whether the call sums over the rows of each block alone.
inline bool is_partial(const Call& call) { return call.outputs[0].access == Access::part; }

/// Rows of the last block when it is shorter than the others, else 0.
std::int64_t rest_rows(const Call& call);

/// Sums over leaves have room for the partial sums of so many.
inline constexpr std::int64_t most_leaves = std::int64_t{1} << 31;

constexpr std::size_t aligned(std::size_t bytes) { return (bytes + 63) / 64 * 64; }

}  // namespace gradus
