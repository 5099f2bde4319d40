// PyTorch's activations made of exponentials and quotients.
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/learn/nn/activations.hpp"
#include "gradus/learn/nn/layers/parts.hpp"

namespace gradus::nn {

extern const LayerKind mish_kind{{"mish", "x tanh(softplus(x)) (torch.nn.Mish)"},
                                 [](const Layer&, Scope&, Value x) { return x * gradus::tanh(gradus::softplus(x)); },
                                 activation};
// The part of min(x, 0): a branch that is not taken must not overflow into 0 * inf.
extern const LayerKind celu_kind{{"celu", "x where x > 0, else alpha (e^(x / alpha) - 1) (torch.nn.CELU)", alpha_keys},
                                 [](const Layer& of, Scope&, Value x) {
                                   const double alpha = of.keys().number("alpha");
                                   const Value below = minimum(x, constant_like(x, 0));
                                   return gradus::relu(x) + alpha * expm1(below * (1 / alpha));
                                 },
                                 activation};
extern const LayerKind logsigmoid_kind{{"logsigmoid", "-ln(1 + e^-x) (torch.nn.LogSigmoid)"},
                                       [](const Layer&, Scope&, Value x) { return -gradus::softplus(-x); },
                                       activation};
extern const LayerKind softsign_kind{{"softsign", "x / (1 + abs(x)) (torch.nn.Softsign)"},
                                     [](const Layer&, Scope&, Value x) { return x / (1.0 + abs(x)); },
                                     activation};
extern const LayerKind tanhshrink_kind{{"tanhshrink", "x - tanh(x) (torch.nn.Tanhshrink)"},
                                       [](const Layer&, Scope&, Value x) { return x - gradus::tanh(x); },
                                       activation};

Layer mish() { return made(mish_kind); }
Layer celu(double alpha) { return made(celu_kind, {{"alpha", alpha}}); }
Layer logsigmoid() { return made(logsigmoid_kind); }
Layer softsign() { return made(softsign_kind); }
Layer tanhshrink() { return made(tanhshrink_kind); }

}  // namespace gradus::nn
