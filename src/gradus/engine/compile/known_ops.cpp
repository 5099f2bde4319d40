#include "gradus/engine/compile/known_ops.hpp"

#include <algorithm>

#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/matmul.hpp"

namespace gradus {

// A product of rank 2 can only be one of two matrices.
bool is_matmul(const Node& node) { return node.op == &matmul_op && node.type.shape.rank() == 2; }

bool is_batch_of_products(const Node& node) { return node.op == &matmul_op && node.type.shape.rank() > 2; }

bool swaps_last_axes(const Node& node) {
  if (node.op != &transpose_op || node.type.shape.rank() < 2) return false;
  Integers order = node.attrs.integers("order");
  std::swap(order[order.size() - 1], order[order.size() - 2]);
  return std::is_sorted(order.begin(), order.end());
}

bool is_matrix_transpose(const Node& node) {
  return node.op == &transpose_op && node.attrs.integers("order") == Integers{1, 0};
}

}  // namespace gradus
