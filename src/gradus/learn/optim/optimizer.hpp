// Optimizers build graphs: from a parameter, its gradient and its state to the next parameter and state.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/core/graph/graph.hpp"

namespace gradus::optim {

/// What an update sees, for one parameter.
struct UpdateInput {
  Value parameter, gradient;     // of one type
  std::span<const Value> state;  // of the parameter's type, one for each name in Optimizer::state
  Value learning_rate;           // f64 []
  Value t;                       // f64 []: number of this step, from 1; empty unless counts_steps
};

struct Update {
  Value parameter;
  std::vector<Value> state;
};

/// A value; the functions below check the numbers when it is made.
struct Optimizer {
  std::string name;                // "adam"
  std::string text;                // with all its numbers: "adam, learning rate 0.001, betas 0.9 0.999, epsilon 1e-08"
  double learning_rate = 0;        // before the schedule
  std::vector<std::string> state;  // names of the state tensors, zeros at first: {"m", "v"}
  bool counts_steps = true;        // whether `build` looks at t
  std::function<Update(const UpdateInput&)> build;
};

/// w - rate g, the gradient taken at the old parameters and all parameters updated together.
Optimizer gradient_descent(double learning_rate = 0.01);

struct SgdOptions {
  double learning_rate = 0.01;
  double momentum = 0;
  bool nesterov = false;
  double weight_decay = 0;
  double dampening = 0;
};

/// torch.optim.SGD's formulas: g = g + decay w; b = g at the first step, then momentum b + (1 - dampening) g;
/// g = b, or g + momentum b (Nesterov); w - rate g. Throws UserError unless rate > 0, 0 <= momentum < 1, decay >= 0,
/// 0 <= dampening <= 1, and for Nesterov momentum > 0 and no dampening.
Optimizer sgd(SgdOptions options = {});

struct AdamOptions {
  double learning_rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0;
};

/// torch.optim.Adam's formulas (Kingma and Ba 2015): g = g + decay w; m = m + (1 - beta1) (g - m);
/// v = beta2 v + (1 - beta2) g^2; w - rate / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon).
/// Throws UserError unless rate > 0, 0 <= beta < 1, epsilon > 0, decay >= 0.
Optimizer adam(AdamOptions options = {});

struct AdamWOptions {
  double learning_rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 1e-2;
};

/// torch.optim.AdamW's formulas (Loshchilov and Hutter 2019): first w = w - rate decay w, then as adam without its
/// decay.
Optimizer adamw(AdamWOptions options = {});

/// The words that find_optimizer knows.
std::span<const std::string_view> optimizer_names();
/// The optimizer of that name with its defaults, and `learning_rate` when it is given. Throws UserError naming the
/// nearest.
Optimizer find_optimizer(std::string_view name, std::optional<double> learning_rate = {});

}  // namespace gradus::optim
