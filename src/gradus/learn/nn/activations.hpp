// Activation layers: one table of the pointwise functions that a net description may name.
#pragma once

#include <span>
#include <string_view>

#include "gradus/learn/nn/layer.hpp"

namespace gradus::nn {

/// A word of a net description. `parameter`: what a number after the word means ("" when it takes none).
struct Activation {
  std::string_view name;
  std::string_view parameter;
  double default_parameter;
  Value (*apply)(Value x, double parameter);
};

std::span<const Activation> activations();

/// The activation called `name` as a layer. Throws UserError naming the nearest, or for a parameter it does not take.
Layer activation(std::string_view name, std::optional<double> parameter = {});

Layer relu();
/// Throws UserError unless 0 <= slope < 1.
Layer leaky_relu(double slope = 0.01);
/// Throws UserError unless alpha > 0.
Layer elu(double alpha = 1);
Layer selu();
Layer gelu();
Layer gelu_tanh();
Layer silu();
Layer softplus();
Layer sigmoid();
Layer tanh();
/// The perceptron's unit. Its slope is 0 everywhere: layers before it do not learn.
Layer step();

}  // namespace gradus::nn
