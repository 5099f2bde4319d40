// Activation layers: most are functions of each number by itself; each as torch.nn has it.
#pragma once

#include "gradus/learn/nn/layer.hpp"

namespace gradus::nn {

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
Layer relu6();
/// Throws UserError unless low < high.
Layer hardtanh(double low = -1, double high = 1);
Layer hardsigmoid();
Layer hardswish();
Layer mish();
/// Throws UserError unless alpha > 0.
Layer celu(double alpha = 1);
Layer logsigmoid();
Layer softsign();
Layer tanhshrink();
/// Throws UserError for a band below 0.
Layer softshrink(double band = 0.5);
Layer hardshrink(double band = 0.5);
/// [..., 2 n] to [..., n].
Layer glu();
Layer log_softmax();
/// The perceptron's unit. Its slope is 0 everywhere: layers before it do not learn.
Layer step();

}  // namespace gradus::nn
