#include "gradus/engine/compile/known_ops.hpp"

#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/matmul.hpp"

namespace gradus {

// A product of rank 2 can only be one of two matrices.
bool is_matmul(const Node& node) { return node.op == &matmul_op && node.type.shape.rank() == 2; }

bool is_matrix_transpose(const Node& node) {
  return node.op == &transpose_op && node.attrs.integers("order") == Integers{1, 0};
}

}  // namespace gradus
