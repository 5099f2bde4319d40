// A weight for each number of a row.
#include "gradus/core/ops/operators.hpp"
#include "gradus/learn/nn/layers/parts.hpp"

namespace gradus::nn {
namespace {

Value build_scale(const Layer& layer, Scope& scope, Value x) {
  return x * scope.parameter("weight", {x.shape().last()}, layer.init.value_or(init::constant(1)));
}

}  // namespace

extern const LayerKind scale_kind{{"scale", "each number of a row times a weight of its own, at first 1"},
                                  build_scale,
                                  {.role = Role::block, .any_shape = true}};

}  // namespace gradus::nn
