// Activations with a weight of their own.
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/learn/nn/layers/parts.hpp"

namespace gradus::nn {
namespace {

constexpr Key prelu_keys[] = {{.name = "slope",
                               .type = KeyType::number,
                               .value = "0.25",
                               .doc = "what the slope of the negative side is at first",
                               .bare = true}};

}  // namespace

extern const LayerKind prelu_kind{{"prelu", "x where x > 0, else a learned slope times x (torch.nn.PReLU)", prelu_keys},
                                  [](const Layer& of, Scope& scope, Value x) {
                                    const double slope = of.keys().number("slope");
                                    return gradus::prelu(x, scope.parameter("weight", {1}, init::constant(slope)));
                                  },
                                  {.role = Role::activation, .any_shape = true}};

Layer prelu(double slope) { return made(prelu_kind, {{"slope", slope}}); }

}  // namespace gradus::nn
