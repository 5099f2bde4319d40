#include "gradus/engine/cpu/compile/take_factors_out.hpp"

#include <algorithm>

#include "gradus/core/base/checked_cast.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/operators.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/core/ops/reduce.hpp"
#include "gradus/engine/compile/rewrite.hpp"

namespace gradus {
namespace {

/// Which nodes need sums over the rows of a batch. Of a graph with others alone a batch may come in parts, whose
/// gradients add up to its bits: what is one number for all parts stays where it is.
class OfBatch {
 public:
  /// Goes on to the graph's end.
  void look(const Graph& graph) {
    while (found_.size() < graph.size()) {
      const Node& node = graph.node(found_.size());
      const bool sums = (node.op == &sum_op || node.op == &mean_op) && !node.attrs.integers("axes").empty() &&
                        node.attrs.integers("axes")[0] == 0;
      found_.push_back(sums || std::any_of(node.inputs.begin(), node.inputs.end(), [&](int i) { return found_[i]; }));
    }
  }
  bool operator()(Value v) {
    look(*v.graph);
    return found_[v.id] != 0;
  }

 private:
  ById<char> found_;
};

/// A sum or mean over the rows and all places of images.
struct ImageSum {
  const Node& node;  // of the graph that is rewritten
  const Shape image;
  const Integers& axes;

  /// One number, or one for each result.
  bool is_factor(Value v) const {
    const Shape& shape = v.shape();
    if (shape.count() == 1) return true;
    return shape.rank() == image.rank() && shape.count() == node.type.shape.count() &&
           std::all_of(axes.begin(), axes.end(),
                       [&](std::int64_t axis) { return shape[checked_cast<int>(axis)] == 1; });
  }
  /// The factor beside a result.
  Value at_result(Value factor) const {
    const bool one = factor.shape().count() == 1 && node.type.shape.count() != 1;
    return reshape(factor, one ? Shape{} : node.type.shape);
  }
};

/// factor * rest, where the factor is one number a result, or none.
struct Product {
  Value factor, rest;
};

Value times(Value a, Value b) { return !a ? b : !b ? a : a * b; }

constexpr int deepest = 8;  // products within products, each of which may be met again and again

Product split(Value v, const ImageSum& of, int depth = 0) {
  if (depth == deepest) return {{}, v};
  const Op* const op = &v.op();
  if (op == &pointwise_op<pointwise::Negate>()) {
    const Product inner = split(v.input(0), of, depth + 1);
    return inner.factor ? Product{-inner.factor, inner.rest} : Product{{}, v};
  }
  const bool multiplies = op == &pointwise_op<pointwise::Multiply>();
  if (!multiplies && op != &pointwise_op<pointwise::Divide>()) return {{}, v};
  const Value a = v.input(0), b = v.input(1);
  if (of.is_factor(b) && a.shape() == of.image) {
    const Product inner = split(a, of, depth + 1);
    if (multiplies) return {times(inner.factor, b), inner.rest};
    return {inner.factor ? inner.factor / b : 1.0 / b, inner.rest};
  }
  if (!multiplies) return {{}, v};
  if (of.is_factor(a) && b.shape() == of.image) {
    const Product inner = split(b, of, depth + 1);
    return {times(a, inner.factor), inner.rest};
  }
  if (a.shape() != of.image || b.shape() != of.image) return {{}, v};
  const Product first = split(a, of, depth + 1), second = split(b, of, depth + 1);
  if (!first.factor && !second.factor) return {{}, v};
  const auto [one, other] = std::minmax(first.rest.id, second.rest.id);  // in one order, so that duplicates are found
  return {times(first.factor, second.factor), Value{v.graph, one} * Value{v.graph, other}};
}

/// Of x - mean(x): the mean, beside the result.
Value centre_of(Value v, const ImageSum& of) {
  if (&v.op() != &pointwise_op<pointwise::Subtract>()) return {};
  Value centre = v.input(1);
  // Of equal sizes another axis could be meant: [C] without its axes lies along the columns.
  if (v.input(0).shape() != of.image || !of.is_factor(centre)) return {};
  while (centre.node().op == &reshape_op) centre = centre.input(0);
  const Node& made = centre.node();
  const bool same =
      made.op == &mean_op && centre.input(0).id == v.input(0).id && made.attrs.integers("axes") == of.axes;
  return same ? of.at_result(centre) : Value{};
}

Value without_factors(const Node& node, Value x, OfBatch& of_batch) {
  const Shape image = x.shape();  // a copy: the graph grows
  if ((node.op != &sum_op && node.op != &mean_op) || !is_floating(node.type.dtype) || image.count() == 0) return {};
  const Integers& axes = node.attrs.integers("axes");
  if (image.rank() < 3 || axes.size() < 2 || axes[0] != 0) return {};
  const ImageSum of{node, image, axes};
  const Product product = split(x, of);
  if (!product.factor || product.factor.shape().count() == 1 || !of_batch(product.factor)) return {};
  // A statement each: the order of nodes is everywhere the same.
  const Value factor = of.at_result(product.factor), centre = centre_of(product.rest, of);
  if (!centre) {
    const Value sum = apply(*node.op, {product.rest}, node.attrs);
    return sum * factor;
  }
  const std::int64_t count = node.op == &mean_op ? 1 : image.count() / node.type.shape.count();
  const Value all = apply(*node.op, {product.rest.input(0)}, node.attrs),
              expected = centre * static_cast<double>(count);
  return (all - expected) * factor;
}

}  // namespace

Graph take_factors_out(const Graph& graph) {
  OfBatch of_batch;
  return rewrite(graph, [&](Graph& out, const Node& node, const Values& inputs) {
    of_batch.look(out);
    return inputs.size() == 1 ? without_factors(node, inputs[0], of_batch) : Value{};
  });
}

}  // namespace gradus
