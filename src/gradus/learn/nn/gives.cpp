#include "gradus/learn/nn/gives.hpp"

#include "gradus/core/base/error.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/core/ops/softmax.hpp"
#include "gradus/learn/nn/net.hpp"

namespace gradus::nn {
namespace {

/// Whether the op's values lie between 0 and 1.
bool gives_shares(const Op* op) {
  return op == &pointwise_op<pointwise::Sigmoid>() || op == &softmax_op || op == &pointwise_op<pointwise::Step>();
}

/// Whether the numbers are those of a layer of one's own: the last one that does more than name another shape.
bool ends_with_own(const Layer& net) {
  if (!net.is_sequence()) return net && !net.recipe;
  for (auto layer = net.nets.rbegin(); layer != net.nets.rend(); ++layer) {
    if (layer->traits().role != LayerTraits::Role::passes) return ends_with_own(*layer);
  }
  return false;
}

}  // namespace

LastLayer last_layer(const Layer& net, const Shape& input, DType dtype, NamedInputs inputs) {
  if (!net)
    throw UserError(Fault::usage, Report{"net", "no layer", "a layer, or nn::sequential of some", "nn::linear(1)"});
  Graph graph;
  Scope scope(graph, Mode::inference, dtype);
  std::vector<std::int64_t> sizes{1};
  sizes.insert(sizes.end(), input.begin(), input.end());
  const Value x = graph.input("features", Shape(sizes), dtype);
  scope.begin_inputs(inputs, 1, x);
  const Value output = net.build(scope, x);
  const Node* node = &graph.node(output.id);
  while (node->op == &reshape_op || node->op == &transpose_op) node = &graph.node(node->inputs[0]);
  if (gives_shares(node->op)) return {Gives::probabilities, std::string(node->op->name)};
  return {ends_with_own(net) ? Gives::unknown : Gives::numbers, ""};
}

Layer with_last(const Layer& net, const Layer& last) {
  if (net.is_sequence()) {
    std::vector<Layer> layers = net.nets;
    layers.push_back(last);
    return sequential(std::move(layers));
  }
  // In a sequence its parameters would be called otherwise.
  return layer(print_net(net) + ", " + print_net(last),
               [net, last](Scope& scope, Value x) { return last.build(scope, net.build(scope, x)); });
}

}  // namespace gradus::nn
