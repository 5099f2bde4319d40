// Activations that look at all numbers of the last axis.
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/core/ops/softmax.hpp"
#include "gradus/learn/nn/activations.hpp"
#include "gradus/learn/nn/layers/parts.hpp"

namespace gradus::nn {
namespace {

Value build_glu(const Layer& layer, Scope&, Value x) {
  const int axis = x.shape().rank() - 1;
  const std::int64_t width = x.shape().last();
  if (axis < 1 || width % 2 != 0) {
    refuse(layer, to_string(x.type()), "an even number along the last axis",
           "a width of " + std::to_string(width + 1) + " before it");
  }
  return slice(x, axis, 0, width / 2) * gradus::sigmoid(slice(x, axis, width / 2, width));
}

}  // namespace

extern const LayerKind glu_kind{{"glu", "the first half of the last axis times sigmoid of the second (torch.nn.GLU)"},
                                build_glu,
                                {.role = Role::activation}};
extern const LayerKind softmax_kind{{"softmax", "e^x over its sum along the last axis (torch.nn.Softmax)"},
                                    [](const Layer&, Scope&, Value x) { return gradus::softmax(x); },
                                    {.role = Role::activation, .any_shape = true}};
extern const LayerKind log_softmax_kind{{"log_softmax", "ln of softmax along the last axis (torch.nn.LogSoftmax)"},
                                        [](const Layer&, Scope&, Value x) { return gradus::log_softmax(x); },
                                        activation};

Layer glu() { return made(glu_kind); }
Layer softmax() { return made(softmax_kind); }
Layer log_softmax() { return made(log_softmax_kind); }

}  // namespace gradus::nn
