// A function that is learned to be taken in part.
#include "gradus/core/graph/print.hpp"
#include "gradus/core/ops/operators.hpp"
#include "gradus/learn/nn/layers/parts.hpp"

namespace gradus::nn {
namespace {

/// x + weight (f(x) - x): between the function and none, learned for each number.
Value build_blend(const Layer& layer, Scope& scope, Value x) {
  const Value y = scope.apply("0", layer.nets[0], x);
  if (!(y.type() == x.type()))
    refuse(layer, to_string(y.type()) + " of its net and " + to_string(x.type()) + ", its input", "two of one shape",
           "an activation: blend (mish)");
  return x + scope.parameter("weight", {x.shape().last()}, layer.init.value_or(init::constant(1))) * (y - x);
}

}  // namespace

extern const LayerKind blend_kind{
    {"blend", "x + weight (f(x) - x) of a net f, a weight for each number, at first 1 (Holzmueller et al. 2024)"},
    build_blend,
    {.role = Role::block, .any_shape = true, .nets = {1, 1}}};

}  // namespace gradus::nn
