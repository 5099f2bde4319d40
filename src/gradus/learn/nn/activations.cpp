#include "gradus/learn/nn/activations.hpp"

#include <cmath>

#include "gradus/core/base/remedy.hpp"
#include "gradus/core/graph/print.hpp"
#include "gradus/core/ops/pointwise.hpp"

namespace gradus::nn {
namespace {

template <Value (*function)(Value)> Value plain(Value x, double) { return function(x); }

constexpr Activation table[] = {
    {"relu", "", 0, plain<gradus::relu>},
    {"leaky_relu", "slope", 0.01, [](Value x, double slope) { return gradus::leaky_relu(x, slope); }},
    {"elu", "alpha", 1, [](Value x, double alpha) { return gradus::elu(x, alpha); }},
    {"selu", "", 0, plain<gradus::selu>},
    {"gelu", "", 0, plain<gradus::gelu>},
    {"gelu_tanh", "", 0, plain<gradus::gelu_tanh>},
    {"silu", "", 0, plain<gradus::silu>},
    {"softplus", "", 0, plain<gradus::softplus>},
    {"sigmoid", "", 0, plain<gradus::sigmoid>},
    {"tanh", "", 0, plain<gradus::tanh>},
    {"step", "", 0, plain<gradus::step>},
};

void check_parameter(const Activation& known, double value) {
  const bool slope = known.parameter == "slope";
  if (slope ? value >= 0 && value < 1 : value > 0 && std::isfinite(value)) return;
  throw UserError(Fault::usage,
                  Report{std::string(known.name), print_number(value), slope ? "a slope, 0 <= slope < 1" : "alpha > 0",
                         print_number(known.default_parameter)});
}

}  // namespace

std::span<const Activation> activations() { return table; }

Layer activation(std::string_view name, std::optional<double> parameter) {
  std::vector<std::string_view> names;
  for (const Activation& known : table) {
    names.push_back(known.name);
    if (known.name != name) continue;
    if (known.parameter.empty() && parameter) {
      throw UserError(Fault::usage,
                      Report{std::string(name), "a number", "no number: " + std::string(name) + " has none",
                             std::string(name) + " alone"});
    }
    const double value = parameter.value_or(known.default_parameter);
    std::string text(name);
    if (!known.parameter.empty()) {
      check_parameter(known, value);
      if (value != known.default_parameter) text += " " + print_number(value);
    }
    return {std::move(text), Layer::Kind::activation,
            [function = known.apply, value](Scope&, Value x) { return function(x, value); }};
  }
  throw UserError(Fault::usage,
                  Report{"activation", printable(name), "an activation", nearest_or(name, names, "relu")});
}

Layer relu() { return activation("relu"); }
Layer leaky_relu(double slope) { return activation("leaky_relu", slope); }
Layer elu(double alpha) { return activation("elu", alpha); }
Layer selu() { return activation("selu"); }
Layer gelu() { return activation("gelu"); }
Layer gelu_tanh() { return activation("gelu_tanh"); }
Layer silu() { return activation("silu"); }
Layer softplus() { return activation("softplus"); }
Layer sigmoid() { return activation("sigmoid"); }
Layer tanh() { return activation("tanh"); }
Layer step() { return activation("step"); }

}  // namespace gradus::nn
