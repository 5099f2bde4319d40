// The rest of PyTorch's activations, made of others.
#include "gradus/core/base/error.hpp"
#include "gradus/core/graph/print.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/core/ops/softmax.hpp"
#include "gradus/learn/nn/activations.hpp"
#include "gradus/learn/nn/layers/parts.hpp"

namespace gradus::nn {
namespace {

constexpr Key bound_keys[] = {
    {.name = "low", .type = KeyType::number, .value = "-1", .doc = "no value is less", .bare = true},
    {.name = "high", .type = KeyType::number, .value = "1", .doc = "no value is more", .bare = true}};
constexpr Key band_keys[] = {{.name = "band",
                              .type = KeyType::number,
                              .value = "0.5",
                              .doc = "0 up to so far from 0",
                              .range = kinds::not_negative,
                              .bare = true}};

void check_bounds(const Keys& keys) {
  if (keys.number("low") < keys.number("high")) return;
  throw UserError(Fault::usage,
                  Report{"hardtanh", print_number(keys.number("low")) + " and " + print_number(keys.number("high")),
                         "low < high", "hardtanh -1 1"});
}

Value share_of(Value x) { return clamp(x * (1.0 / 6) + 0.5, 0, 1); }

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

extern const LayerKind relu6_kind{{"relu6", "x held between 0 and 6 (torch.nn.ReLU6)"},
                                  [](const Layer&, Scope&, Value x) { return clamp(x, 0, 6); },
                                  activation};
extern const LayerKind hardtanh_kind{
    {"hardtanh", "x held between low and high (torch.nn.Hardtanh)", bound_keys, check_bounds},
    [](const Layer& of, Scope&, Value x) { return clamp(x, of.keys().number("low"), of.keys().number("high")); },
    activation};
extern const LayerKind hardsigmoid_kind{{"hardsigmoid", "x / 6 + 1/2 held between 0 and 1 (torch.nn.Hardsigmoid)"},
                                        [](const Layer&, Scope&, Value x) { return share_of(x); },
                                        activation};
extern const LayerKind hardswish_kind{{"hardswish", "x hardsigmoid(x) (torch.nn.Hardswish)"},
                                      [](const Layer&, Scope&, Value x) { return x * share_of(x); },
                                      activation};
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
extern const LayerKind softshrink_kind{
    {"softshrink", "x less what of it lies in the band (torch.nn.Softshrink)", band_keys},
    [](const Layer& of, Scope&, Value x) {
      const double band = of.keys().number("band");
      return x - clamp(x, -band, band);
    },
    activation};
extern const LayerKind hardshrink_kind{{"hardshrink", "x outside the band, else 0 (torch.nn.Hardshrink)", band_keys},
                                       [](const Layer& of, Scope&, Value x) {
                                         return where(greater(abs(x), constant_like(x, of.keys().number("band"))), x,
                                                      constant_like(x, 0));
                                       },
                                       activation};
extern const LayerKind glu_kind{{"glu", "the first half of the last axis times sigmoid of the second (torch.nn.GLU)"},
                                build_glu,
                                {.role = Role::activation}};
extern const LayerKind log_softmax_kind{{"log_softmax", "ln of softmax along the last axis (torch.nn.LogSoftmax)"},
                                        [](const Layer&, Scope&, Value x) { return gradus::log_softmax(x); },
                                        activation};

Layer relu6() { return made(relu6_kind); }
Layer hardtanh(double low, double high) { return made(hardtanh_kind, {{"low", low}, {"high", high}}); }
Layer hardsigmoid() { return made(hardsigmoid_kind); }
Layer hardswish() { return made(hardswish_kind); }
Layer mish() { return made(mish_kind); }
Layer celu(double alpha) { return made(celu_kind, {{"alpha", alpha}}); }
Layer logsigmoid() { return made(logsigmoid_kind); }
Layer softsign() { return made(softsign_kind); }
Layer tanhshrink() { return made(tanhshrink_kind); }
Layer softshrink(double band) { return made(softshrink_kind, {{"band", band}}); }
Layer hardshrink(double band) { return made(hardshrink_kind, {{"band", band}}); }
Layer glu() { return made(glu_kind); }
Layer log_softmax() { return made(log_softmax_kind); }

}  // namespace gradus::nn
