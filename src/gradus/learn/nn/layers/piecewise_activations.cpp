// PyTorch's activations made of straight pieces.
#include "gradus/core/base/error.hpp"
#include "gradus/core/graph/print.hpp"
#include "gradus/core/ops/pointwise.hpp"
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

Layer relu6() { return made(relu6_kind); }
Layer hardtanh(double low, double high) { return made(hardtanh_kind, {{"low", low}, {"high", high}}); }
Layer hardsigmoid() { return made(hardsigmoid_kind); }
Layer hardswish() { return made(hardswish_kind); }
Layer softshrink(double band) { return made(softshrink_kind, {{"band", band}}); }
Layer hardshrink(double band) { return made(hardshrink_kind, {{"band", band}}); }

}  // namespace gradus::nn
