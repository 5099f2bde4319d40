#include "gradus/engine/compile/known_ops.hpp"

#include "gradus/core/base/checked_cast.hpp"
#include "gradus/core/ops/all.hpp"
#include "gradus/core/ops/pointwise.hpp"

namespace gradus {

bool is_transpose(const Node& node) {
  static const Op* const op = &find_op("transpose");
  return node.op == op;
}
bool is_reshape(const Node& node) {
  static const Op* const op = &find_op("reshape");
  return node.op == op;
}
bool is_broadcast(const Node& node) {
  static const Op* const op = &find_op("broadcast");
  return node.op == op;
}
bool is_cast(const Node& node) {
  static const Op* const op = &find_op("cast");
  return node.op == op;
}
bool is_sum(const Node& node) {
  static const Op* const op = &find_op("sum");
  return node.op == op;
}
// A product of rank 2 can only be one of two matrices.
bool is_matmul(const Node& node) {
  static const Op* const op = &find_op("matmul");
  return node.op == op && node.type.shape.rank() == 2;
}
bool is_matrix_transpose(const Node& node) {
  return is_transpose(node) && node.attrs.integers("order") == Integers{1, 0};
}

int pointwise_index(const Node& node) {
  const auto ops = pointwise_ops();
  return node.op >= ops.data() && node.op < ops.data() + ops.size() ? checked_cast<int>(node.op - ops.data()) : -1;
}

}  // namespace gradus
