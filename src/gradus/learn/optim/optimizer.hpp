// Optimizers build graphs: from a parameter, its gradient and its state to the next parameter and state.
// A kind of optimizer is one constant object (optimizers/), an optimizer a kind with its numbers: data, not a closure.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/core/graph/graph.hpp"
#include "gradus/learn/kinds/recipe.hpp"

namespace gradus::optim {

/// What an update sees, for one parameter.
struct UpdateInput {
  Value parameter, gradient;     // of one type
  std::span<const Value> state;  // one for each StateSpec, in order
  Value learning_rate;           // f64 []
  Value t;                       // f64 []: number of this step, from 1; empty unless the kind counts steps
};

struct Update {
  Value parameter;
  std::vector<Value> state;
};

/// A state tensor of a parameter, zeros at first.
struct StateSpec {
  std::string_view name;  // "m"
  bool scalar = false;    // f64 []; else of the parameter's type
};
using States = std::vector<StateSpec>;

/// One optimizer's formulas. Every kind's first key is "rate", the learning rate before the schedule.
struct OptimizerKind : kinds::Kind {
  States (*state)(const kinds::Keys& keys);
  Update (*update)(const kinds::Keys& keys, const UpdateInput& in);
  bool (*counts_steps)(const kinds::Keys& keys) = nullptr;  // whether `update` looks at t; nullptr: never
  /// Rates with which `gradus train` begins on tables and on images, both with inputs near 1; 0: the key's default.
  double table_rate = 0, image_rate = 0;
};

using Optimizer = kinds::Recipe<OptimizerKind>;
using OptimizerKinds = std::span<const OptimizerKind* const>;

/// Every optimizer that comes with gradus: the list is in optimizers/all.cpp.
OptimizerKinds all_optimizers();

/// "adam", "sgd 0.1 momentum 0.9 nesterov", "rmsprop alpha 0.9 centered".
/// `own`: kinds of the caller's own. Throws UserError(Fault::usage) at `place` for unknown kinds and keys, naming the
/// nearest, and for values out of range.
Optimizer parse_optimizer(std::string_view text, OptimizerKinds own = {}, const std::string& place = "optimizer");
/// optimizer("rmsprop", {{"alpha", 0.9}, {"centered", true}}). Throws as parse_optimizer.
Optimizer optimizer(std::string_view name, std::initializer_list<kinds::Given> keys = {}, OptimizerKinds own = {});

inline double learning_rate(const Optimizer& optimizer) { return optimizer.keys.number("rate"); }
inline States states(const Optimizer& optimizer) { return optimizer.of().state(optimizer.keys); }
inline bool counts_steps(const Optimizer& optimizer) {
  return optimizer.of().counts_steps != nullptr && optimizer.of().counts_steps(optimizer.keys);
}
inline Type type_of(const StateSpec& state, const Type& parameter) {
  return state.scalar ? Type{DType::f64, {}} : parameter;
}
inline Update update(const Optimizer& optimizer, const UpdateInput& in) {
  return optimizer.of().update(optimizer.keys, in);
}

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

}  // namespace gradus::optim
