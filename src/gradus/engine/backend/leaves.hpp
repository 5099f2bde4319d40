// How every backend adds over the rows of a batch.
#pragma once

#include <cstdint>

namespace gradus {

/// Leaves of a sum over rows: each leaf of this many rows is summed in order, leaves are added in a binary tree (0+1,
/// 2+3, then those pairs, ...), so that the sum does not depend on who computes it.
inline constexpr std::int64_t rows_per_leaf = 64;

}  // namespace gradus
