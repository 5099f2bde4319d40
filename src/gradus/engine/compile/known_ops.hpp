// Ops in the forms that passes recognize. Everything else they learn from what the op says of itself.
#pragma once

#include "gradus/core/graph/graph.hpp"

namespace gradus {

/// A matrix product of two matrices (rank 2).
bool is_matmul(const Node& node);
/// A matrix product of batches of matrices (of which one may be a single matrix).
bool is_batch_of_products(const Node& node);
/// The last two axes swapped, the others as they are.
bool swaps_last_axes(const Node& node);
/// A transpose of a matrix (rank 2, axes swapped).
bool is_matrix_transpose(const Node& node);

}  // namespace gradus
