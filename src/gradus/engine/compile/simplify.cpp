#include <algorithm>
#include <unordered_map>

#include "gradus/core/base/checked_cast.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/matmul.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/core/ops/reduce.hpp"
#include "gradus/engine/compile/known_ops.hpp"
#include "gradus/engine/compile/passes.hpp"
#include "gradus/engine/compile/rules.hpp"

namespace gradus {
namespace {

using namespace pointwise;

Term operator+(Term a, Term b) { return {pointwise_op<Add>(), {std::move(a), std::move(b)}}; }
Term operator-(Term a, Term b) { return {pointwise_op<Subtract>(), {std::move(a), std::move(b)}}; }
Term operator*(Term a, Term b) { return {pointwise_op<Multiply>(), {std::move(a), std::move(b)}}; }
Term operator/(Term a, Term b) { return {pointwise_op<Divide>(), {std::move(a), std::move(b)}}; }
Term operator-(Term a) { return {pointwise_op<Negate>(), {std::move(a)}}; }
Term pow(Term a, Term b) { return {pointwise_op<Power>(), {std::move(a), std::move(b)}}; }
Term square(Term a) { return {pointwise_op<Square>(), {std::move(a)}}; }
Term stop_gradient(Term a) { return {pointwise_op<StopGradient>(), {std::move(a)}}; }
Term transpose(Term a) { return {transpose_op, {std::move(a)}}; }
Term reshape(Term a) { return {reshape_op, {std::move(a)}}; }
Term broadcast(Term a) { return {broadcast_op, {std::move(a)}}; }
Term cast(Term a) { return {cast_op, {std::move(a)}}; }
Term sum(Term a) { return {sum_op, {std::move(a)}}; }
Term matmul(Term a, Term b) { return {matmul_op, {std::move(a), std::move(b)}}; }
Term outer_sum(Term a, Term b) { return {outer_sum_op, {std::move(a), std::move(b)}}; }

bool is_floating(Value node) { return gradus::is_floating(node.dtype()); }

bool identity_order(const Integers& order) {
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (order[i] != static_cast<std::int64_t>(i)) return false;
  }
  return true;
}

/// The transpose of a matrix, without a second transpose of a transposed one.
Value turned(Value x) { return is_matrix_transpose(x.node()) ? x.input(0) : transpose(x); }

// What stands for a node where attributes decide. `of[0]` is x, `of[1]` y.

Value same_order(Value node, const Letters& of) {
  return identity_order(node.node().attrs.integers("order")) ? of[0] : Value{};
}

Value both_orders(Value node, const Letters& of) {
  const Integers& first = node.input(0).node().attrs.integers("order");
  Integers both;
  for (std::int64_t axis : node.node().attrs.integers("order")) both.push_back(first[static_cast<std::size_t>(axis)]);
  return identity_order(both) ? of[0] : transpose(of[0], both);
}

Value product_of_transposes(Value node, const Letters& of) {  // they fold into the product
  if (!is_matrix_transpose(node.node())) return {};
  return matmul(turned(of[1]), turned(of[0]));
}

Value other_way_round(Value node, const Letters& of) {
  return is_matrix_transpose(node.node()) ? outer_sum(of[1], of[0]) : Value{};
}

Value same_type(Value node, const Letters& of) { return of[0].type() == node.type() ? of[0] : Value{}; }

Value reshape_once(Value node, const Letters& of) { return reshape(of[0], node.shape()); }

Value number_broadcast(Value node, const Letters& of) {
  return of[0].shape().count() == 1 ? broadcast_to(reshape(of[0], Shape{}), node.shape()) : Value{};
}

Value sum_not_kept(Value node, const Letters& of) {
  const Attrs& attrs = node.input(0).node().attrs;
  const Attrs plain{{"axes", attrs.integers("axes")}, {"keep", std::int64_t{0}}};
  const bool same = attrs.integer("keep") == 1 && sum_op.infer(Types(&of[0].type(), 1), plain) == node.type();
  return same ? gradus::apply(sum_op, {of[0]}, plain) : Value{};
}

Value broadcast_once(Value node, const Letters& of) { return broadcast_to(of[0], node.shape()); }

Value sum_of_one(Value node, const Letters& of) {
  for (std::int64_t axis : node.node().attrs.integers("axes")) {
    if (of[0].shape()[checked_cast<int>(axis)] != 1) return {};
  }
  return reshape(of[0], node.shape());
}

const std::vector<Rule>& rules() {
  static const Term x = Term::any(0), y = Term::any(1);
  static const std::vector<Rule> all{
      {x * 1, x},
      {1 * x, x},
      {-1 * x, -x, is_floating},
      {x * -1, -x, is_floating},
      {x / 1, x},
      {x - 0, x},
      {x - -y, x + y},
      {x + -0.0, x},  // but -0 + 0 is 0
      {x + -y, x - y},
      {-x + y, y - x},
      {-(-x), x},
      {pow(x, 2), square(x)},
      {pow(x, 1), x},
      {stop_gradient(x), x},
      {transpose(x), same_order},
      {transpose(transpose(x)), both_orders},
      {transpose(matmul(x, y)), product_of_transposes},
      {transpose(outer_sum(x, y)), other_way_round},
      {reshape(x), same_type},
      {reshape(reshape(x)), reshape_once},
      {reshape(broadcast(x)), number_broadcast},
      {reshape(sum(x)), sum_not_kept},
      {broadcast(x), same_type},
      {broadcast(broadcast(x)), broadcast_once},
      {cast(x), same_type},
      {sum(x), sum_of_one},
  };
  return all;
}

/// step(x) = step(relu(x)), of NaN too: then x itself need not be kept for the gradient. Where the graph has relu(x) is
/// no matter of a node and its inputs, so it is kept here.
struct Masks {
  GraphEdit& graph;
  int list;
  std::unordered_map<int, int> relu_of = {};  // by input: the first

  bool is_relu_of(int id, int input) const {
    return graph.has(id) && graph.node(id).op == &pointwise_op<Relu>() && graph.node(id).inputs[0] == input;
  }
  void see(Value node) {
    const int input = node.node().inputs[0];
    const auto [place, fresh] = relu_of.try_emplace(input, node.id);
    if (!fresh && is_relu_of(place->second, input) && !graph.before(node.id, place->second)) return;
    place->second = node.id;
    graph.for_each_reader(input, [this](int reader) {
      if (graph.node(reader).op == &pointwise_op<pointwise::Step>()) graph.touch(list, reader);
    });
  }
  Value of_relu(Value node) {
    const int input = node.node().inputs[0];
    const auto found = relu_of.find(input);
    if (found == relu_of.end() || !is_relu_of(found->second, input)) return {};
    return graph.before(found->second, node.id) ? step(graph.value(found->second)) : Value{};
  }
};

/// A pointwise op broadcasts by itself: reads through a broadcast where its own type stays the same.
Value read_through_broadcasts(Value node) {
  const std::vector<int>& inputs = node.node().inputs;
  const auto is_broadcast = [&](int id) { return node.graph->node(id).op == &broadcast_op; };
  if (std::none_of(inputs.begin(), inputs.end(), is_broadcast)) return {};
  Values through;
  std::vector<Type> types;
  for (int input : inputs) {
    through.push_back(node.graph->value(input));
    types.push_back(through.back().type());
  }
  bool changed = false;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (&through[i].op() != &broadcast_op) continue;
    const Value source = through[i].input(0);
    const Type broadcast = types[i];
    types[i] = source.type();
    if (node.op().infer(types, node.node().attrs) == node.type()) through[i] = source, changed = true;
    else types[i] = broadcast;
  }
  return changed ? gradus::apply(node.op(), through, node.node().attrs) : Value{};
}

}  // namespace

EditPass simplifying(GraphEdit& graph) {
  static const RuleTable table(rules());
  Masks masks{graph, graph.new_list()};
  return [masks]() mutable {
    return masks.graph.visit(masks.list, [&masks](Value node) -> Value {
      if (&node.op() == &pointwise_op<Relu>()) masks.see(node);
      if (&node.op() == &pointwise_op<pointwise::Step>()) {
        if (const Value mask = masks.of_relu(node)) return mask;
      }
      if (const Value simpler = apply_rules(masks.graph, table.of(node.op()), node)) return simpler;
      return node.op().traits.pointwise ? read_through_broadcasts(node) : Value{};
    });
  };
}

}  // namespace gradus
