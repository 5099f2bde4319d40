// Functions of each number by itself, without weights.
#include "gradus/learn/nn/activations.hpp"

#include "gradus/core/ops/pointwise.hpp"
#include "gradus/learn/nn/layers/parts.hpp"

namespace gradus::nn {
namespace {

template <Value (*function)(Value)> Value plain(const Layer&, Scope&, Value x) { return function(x); }

constexpr Key slope_keys[] = {{.name = "slope",
                               .type = KeyType::number,
                               .value = "0.01",
                               .doc = "of the negative side",
                               .range = kinds::below_one,
                               .bare = true}};

}  // namespace

extern const LayerKind relu_kind{{"relu", "x where x > 0, else 0 (torch.nn.ReLU)"}, plain<gradus::relu>, activation};
extern const LayerKind leaky_relu_kind{
    {"leaky_relu", "x where x > 0, else slope x (torch.nn.LeakyReLU)", slope_keys},
    [](const Layer& of, Scope&, Value x) { return gradus::leaky_relu(x, of.keys().number("slope")); },
    activation};
extern const LayerKind elu_kind{
    {"elu", "x where x > 0, else alpha (e^x - 1) (torch.nn.ELU)", alpha_keys},
    [](const Layer& of, Scope&, Value x) { return gradus::elu(x, of.keys().number("alpha")); },
    activation};
extern const LayerKind selu_kind{
    {"selu", "1.0507 x where x > 0, else 1.7581 (e^x - 1) (torch.nn.SELU)"}, plain<gradus::selu>, activation};
extern const LayerKind gelu_kind{
    {"gelu", "x times the normal distribution's share below x (torch.nn.GELU)"}, plain<gradus::gelu>, activation};
extern const LayerKind gelu_tanh_kind{
    {"gelu_tanh", "gelu by way of tanh (torch.nn.GELU, approximate)"}, plain<gradus::gelu_tanh>, activation};
extern const LayerKind silu_kind{{"silu", "x sigmoid(x) (torch.nn.SiLU)"}, plain<gradus::silu>, activation};
extern const LayerKind softplus_kind{
    {"softplus", "ln(1 + e^x) (torch.nn.Softplus)"}, plain<gradus::softplus>, activation};
extern const LayerKind sigmoid_kind{
    {"sigmoid", "1 / (1 + e^-x) (torch.nn.Sigmoid)"}, plain<gradus::sigmoid>, activation};
extern const LayerKind tanh_kind{{"tanh", "hyperbolic tangent (torch.nn.Tanh)"}, plain<gradus::tanh>, activation};
extern const LayerKind step_kind{
    {"step", "1 where x > 0, else 0: the perceptron's unit"},
    plain<gradus::step>,
    {.role = Role::activation,
     .any_shape = true,
     .note = "step is flat: no gradient passes it, so the layers before it do not learn; try: sigmoid"}};

Layer relu() { return made(relu_kind); }
Layer leaky_relu(double slope) { return made(leaky_relu_kind, {{"slope", slope}}); }
Layer elu(double alpha) { return made(elu_kind, {{"alpha", alpha}}); }
Layer selu() { return made(selu_kind); }
Layer gelu() { return made(gelu_kind); }
Layer gelu_tanh() { return made(gelu_tanh_kind); }
Layer silu() { return made(silu_kind); }
Layer softplus() { return made(softplus_kind); }
Layer sigmoid() { return made(sigmoid_kind); }
Layer tanh() { return made(tanh_kind); }
Layer step() { return made(step_kind); }

}  // namespace gradus::nn
