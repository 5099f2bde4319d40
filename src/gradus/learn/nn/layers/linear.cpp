#include "gradus/core/base/error.hpp"
#include "gradus/core/graph/print.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/matmul.hpp"
#include "gradus/core/ops/operators.hpp"
#include "gradus/learn/nn/layers/parts.hpp"

namespace gradus::nn {
namespace {

constexpr Key keys[] = {{.name = "outputs",
                         .type = KeyType::whole,
                         .value = "64",
                         .doc = "width: how many numbers it gives",
                         .range = width_range,
                         .required = true,
                         .bare = true},
                        nobias_key};

Value build(const Layer& layer, Scope& scope, Value x) {
  x = flat(x);
  if (x.shape().rank() != 2) refuse(layer, to_string(x.type()), "[rows, inputs]", "give every sample a row");
  const std::int64_t out = layer.keys().whole("outputs");
  const Value weight = scope.parameter("weight", {out, x.columns()}, layer.init.value_or(init::torch_linear()));
  Value y = matmul(x, transpose(weight));
  if (!layer.keys().truth("nobias")) y = y + scope.parameter("bias", {out}, layer.bias_init.value_or(init::zeros()));
  scope.label(y, "preactivation");
  return y;
}

}  // namespace

extern const LayerKind linear_kind{{"linear", "x W' + b of each row as one list of numbers (torch.nn.Linear)", keys},
                                   build,
                                   {.role = Role::block, .nameless = true}};

Layer linear(std::int64_t out, LinearOptions options) {
  Layer made_layer = made(linear_kind, {{"outputs", out}, {"nobias", !options.bias}});
  made_layer.init = std::move(options.init), made_layer.bias_init = std::move(options.bias_init);
  return made_layer;
}

}  // namespace gradus::nn
