// Ops in the forms that passes recognize. Everything else they learn from what the op says of itself.
#pragma once

#include "gradus/core/graph/graph.hpp"

namespace gradus {

/// A matrix product of two matrices (rank 2).
bool is_matmul(const Node& node);
/// A transpose of a matrix (rank 2, axes swapped).
bool is_matrix_transpose(const Node& node);

}  // namespace gradus
