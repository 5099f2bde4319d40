#include "gradus/learn/nn/gives.hpp"

#include <algorithm>
#include <array>

namespace gradus::nn {
namespace {

/// Functions whose values lie between 0 and 1, and ops that leave numbers as they are.
constexpr std::array<std::string_view, 3> to_probabilities{"sigmoid", "softmax", "step"};
constexpr std::array<std::string_view, 2> in_other_shape{"reshape", "transpose"};

template <std::size_t n> bool is_one_of(std::string_view name, const std::array<std::string_view, n>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Whether the numbers are those of a layer of one's own: the last one that does more than name another shape.
bool ends_with_own(const Layer& net) {
  if (net.kind != Layer::Kind::sequence) return net.kind == Layer::Kind::own;
  for (auto layer = net.children.rbegin(); layer != net.children.rend(); ++layer) {
    if (layer->kind == Layer::Kind::other && layer->spatial_axes == 0) continue;  // flatten, view, dropout
    return ends_with_own(*layer);
  }
  return false;
}

}  // namespace

LastLayer last_layer(const Layer& net, const Shape& input, DType dtype) {
  if (!net.build)
    throw UserError(Fault::usage, Report{"net", "no layer", "a layer, or nn::sequential of some", "nn::linear(1)"});
  Graph graph;
  Scope scope(graph, Mode::inference, dtype);
  std::vector<std::int64_t> sizes{1};
  sizes.insert(sizes.end(), input.begin(), input.end());
  const Value output = net.build(scope, graph.input("features", Shape(sizes), dtype));
  const Node* node = &graph.node(output.id);
  while (is_one_of(node->op->name, in_other_shape)) node = &graph.node(node->inputs[0]);
  if (is_one_of(node->op->name, to_probabilities)) return {Gives::probabilities, std::string(node->op->name)};
  return {ends_with_own(net) ? Gives::unknown : Gives::numbers, ""};
}

Layer with_last(const Layer& net, const Layer& last) {
  if (net.kind == Layer::Kind::sequence) {
    std::vector<Layer> layers = net.children;
    layers.push_back(last);
    return sequential(std::move(layers));
  }
  Layer out = net;  // in a sequence its parameters would be called otherwise
  out.text += ", " + last.text;
  out.kind = Layer::Kind::own;
  out.build = [net, last](Scope& scope, Value x) { return last.build(scope, net.build(scope, x)); };
  return out;
}

}  // namespace gradus::nn
