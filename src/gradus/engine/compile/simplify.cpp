#include <map>

#include "gradus/core/base/checked_cast.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/matmul.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/core/ops/reduce.hpp"
#include "gradus/engine/compile/known_ops.hpp"
#include "gradus/engine/compile/passes.hpp"
#include "gradus/engine/compile/rewrite.hpp"

namespace gradus {
namespace {

template <class F> bool is(const Node& node) {
  return node.op == &pointwise_ops()[pointwise::index_in<F>(pointwise::All{})];
}

bool equals(Value value, double number) {
  const auto found = uniform_constant(value.node());
  return found && *found == number;
}

/// x itself where broadcasting with a constant of one element changes neither shape nor dtype.
Value if_same_type(Value x, const Node& node) { return x.type() == node.type ? x : Value{}; }

Value simplify_arithmetic(const Node& node, const Values& in) {
  using namespace pointwise;
  if (is<Multiply>(node)) {
    if (equals(in[1], 1)) return if_same_type(in[0], node);
    if (equals(in[0], 1)) return if_same_type(in[1], node);
    if (equals(in[0], -1) && is_floating(node.type.dtype) && in[1].type() == node.type) return -in[1];
    if (equals(in[1], -1) && is_floating(node.type.dtype) && in[0].type() == node.type) return -in[0];
  }
  if (is<Divide>(node) && equals(in[1], 1)) return if_same_type(in[0], node);
  if (is<Subtract>(node)) {
    if (is_constant(in[1], 0)) return if_same_type(in[0], node);
    if (is<Negate>(in[1].node())) return in[0] + in[1].input(0);
  }
  if (is<Add>(node)) {
    if (is_constant(in[1], -0.0)) return if_same_type(in[0], node);
    if (is<Negate>(in[1].node())) return in[0] - in[1].input(0);
    if (is<Negate>(in[0].node())) return in[1] - in[0].input(0);
  }
  if (is<Negate>(node) && is<Negate>(in[0].node())) return in[0].input(0);
  if (is<StopGradient>(node)) return in[0];
  if (is<Power>(node) && equals(in[1], 2) && in[0].type() == node.type) return square(in[0]);
  if (is<Power>(node) && equals(in[1], 1)) return if_same_type(in[0], node);
  return {};
}

bool identity_order(const Integers& order) {
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (order[i] != static_cast<std::int64_t>(i)) return false;
  }
  return true;
}

/// The transpose of a matrix, without a second transpose of a transposed one.
Value turned(Value x) { return is_matrix_transpose(x.node()) ? x.input(0) : transpose(x); }

Value simplify_layout(const Node& node, const Values& in) {
  if (is_transpose(node)) {
    const Integers& order = node.attrs.integers("order");
    if (identity_order(order)) return in[0];
    if (is_transpose(in[0].node())) {
      const Integers first = in[0].node().attrs.integers("order");
      Integers both;
      for (std::int64_t axis : order) both.push_back(first[static_cast<std::size_t>(axis)]);
      return identity_order(both) ? in[0].input(0) : transpose(in[0].input(0), both);
    }
    if (is_matrix_transpose(node) && is_matmul(in[0].node())) {  // (A B)' = B' A': the transposes fold into the product
      return matmul(turned(in[0].input(1)), turned(in[0].input(0)));
    }
  }
  if (is_reshape(node)) {
    if (in[0].type() == node.type) return in[0];
    if (is_reshape(in[0].node())) return reshape(in[0].input(0), node.type.shape);
    if (is_broadcast(in[0].node()) && in[0].input(0).shape().count() == 1) {
      return broadcast_to(reshape(in[0].input(0), Shape{}), node.type.shape);
    }
    if (is_sum(in[0].node()) && in[0].node().attrs.integer("keep") == 1) {
      const Value plain = sum(in[0].input(0), Integers(in[0].node().attrs.integers("axes")), false);
      if (plain.type() == node.type) return plain;
    }
  }
  if (is_broadcast(node) && in[0].type() == node.type) return in[0];
  if (is_broadcast(node) && is_broadcast(in[0].node())) return broadcast_to(in[0].input(0), node.type.shape);
  if (is_cast(node) && in[0].dtype() == node.type.dtype) return in[0];
  if (is_sum(node)) {
    for (std::int64_t axis : node.attrs.integers("axes")) {
      if (in[0].shape()[checked_cast<int>(axis)] != 1) return {};
    }
    return reshape(in[0], node.type.shape);
  }
  return {};
}

/// A pointwise op broadcasts by itself: reads through a broadcast
/// where its own type stays the same.
Value read_through_broadcasts(Graph& out, const Node& node, const Values& in) {
  if (pointwise_index(node) < 0) return {};
  Values through = in;
  bool changed = false;
  for (Value& input : through) {
    if (!is_broadcast(input.node())) continue;
    const Value kept = input;
    input = input.input(0);
    std::vector<Type> types;
    for (Value value : through) types.push_back(value.type());
    if (node.op->infer(types, node.attrs) == node.type) {
      changed = true;
    } else {
      input = kept;
    }
  }
  return changed ? out.append(*node.op, through, node.attrs, node.label) : Value{};
}

}  // namespace

Graph simplify(const Graph& graph) {
  std::map<int, int> relu_of;  // by input
  return rewrite(graph, [&](Graph& out, const Node& node, const Values& in) -> Value {
    if (is<pointwise::Relu>(node)) relu_of.try_emplace(in[0].id, out.size());
    // step(x) = step(relu(x)), of NaN too: then x itself need not be kept for the gradient.
    if (is<pointwise::Step>(node) && relu_of.contains(in[0].id)) return step(out.value(relu_of[in[0].id]));
    if (const Value simpler = simplify_arithmetic(node, in)) return simpler;
    if (const Value simpler = simplify_layout(node, in)) return simpler;
    return read_through_broadcasts(out, node, in);
  });
}

}  // namespace gradus
