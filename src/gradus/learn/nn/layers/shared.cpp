// Layers with the weights of another.
#include "gradus/core/base/error.hpp"
#include "gradus/core/graph/print.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/matmul.hpp"
#include "gradus/core/ops/operators.hpp"
#include "gradus/learn/nn/layers/parts.hpp"
#include "gradus/learn/nn/net.hpp"

namespace gradus::nn {
namespace {

constexpr Key tied_keys[] = {{.name = "transposed",
                              .type = KeyType::truth,
                              .value = "false",
                              .doc = "from what that layer gives to what it takes"},
                             nobias_key};

/// Where the layer begins that `of` names: before the activations that follow it.
std::size_t first_of(const NamedLayer& of) {
  std::size_t at = of.at;
  while (at > 0 && (*of.beside)[at].traits().role == Role::activation && (*of.beside)[at - 1].name.empty()) --at;
  return at;
}

Value build_again(const Layer& layer, Scope& scope, Value x) {
  const NamedLayer& of = scope.named(layer.inputs[0]);
  return scope.apply_again(of, first_of(of), x);
}

Value build_tied(const Layer& layer, Scope& scope, Value x) {
  const NamedLayer& of = scope.named(layer.inputs[0]);
  const Value weight = scope.parameter_of(of, first_of(of), "weight");
  if (!weight || weight.shape().rank() != 2) {
    refuse(layer,
           layer.inputs[0] + (weight ? ", whose weight is " + to_string(weight.shape()) : ", which has no weight"),
           "a layer whose weight is a matrix", "the name of a linear layer or an embedding");
  }
  const bool transposed = layer.keys().truth("transposed");
  const std::int64_t in = weight.shape()[transposed ? 0 : 1], out = weight.shape()[transposed ? 1 : 0];
  x = flat(x);
  if (x.shape().rank() != 2 || x.columns() != in) {
    refuse(layer,
           to_string(x.type()) + " before it and a weight of " + to_string(weight.shape()) + " of " + layer.inputs[0],
           "[rows, " + std::to_string(in) + "]",
           x.shape().rank() == 2 && x.columns() == out ? (transposed ? "it without transposed" : "transposed behind it")
                                                       : std::to_string(in) + " before it");
  }
  Value y = matmul(x, transposed ? weight : transpose(weight));
  if (!layer.keys().truth("nobias")) y = y + scope.parameter("bias", {out}, init::zeros());
  return y;
}

Layer of_name(Layer layer, std::string name) {
  check_name(name);
  layer.inputs.push_back(std::move(name));
  return layer;
}

}  // namespace

extern const LayerKind again_kind{
    {"again", "a layer by its name, with its activations, once more with the same weights"},
    build_again,
    {.role = Role::block, .names = 1}};
extern const LayerKind tied_kind{
    {"tied", "linear, with the weight of a layer by its name and a bias of its own", tied_keys},
    build_tied,
    {.role = Role::block, .names = 1}};

Layer again(std::string name) { return of_name(made(again_kind), std::move(name)); }
Layer tied(std::string name, TiedOptions options) {
  return of_name(made(tied_kind, {{"transposed", options.transposed}, {"nobias", !options.bias}}), std::move(name));
}

}  // namespace gradus::nn
