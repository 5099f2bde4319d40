#include "gradus/learn/optim/optimizer.hpp"

#include <cmath>

#include "gradus/core/base/nearest.hpp"
#include "gradus/core/graph/print.hpp"
#include "gradus/core/ops/pointwise.hpp"

namespace gradus::optim {
namespace {

void check(std::string_view optimizer, const char* what, double value, bool holds, const char* expected,
           const char* remedy) {
  if (holds && std::isfinite(value)) return;
  throw UserError(Fault::usage, Report{std::string(optimizer), what + (" " + print_number(value)), expected, remedy});
}

void check_rate(std::string_view optimizer, double rate) {
  check(optimizer, "learning rate", rate, rate > 0, "a finite number > 0", "0.001");
}

void check_decay(std::string_view optimizer, double decay) {
  check(optimizer, "weight decay", decay, decay >= 0, "a finite number >= 0", "0");
}

std::string with(const char* what, double value) { return std::string(", ") + what + " " + print_number(value); }

/// g + decay w.
Value decayed(Value gradient, Value parameter, double decay) {
  return decay == 0 ? gradient : gradient + decay * parameter;
}

Update sgd_update(const UpdateInput& in, const SgdOptions& options) {
  const Value rate = cast(in.learning_rate, in.parameter.dtype());
  Value g = decayed(in.gradient, in.parameter, options.weight_decay);
  if (options.momentum == 0) return {in.parameter - rate * g, {}};
  Value fresh = g;
  if (options.dampening != 0) {  // not in the first step, where the buffer is the gradient
    const Value first = equal(in.t, constant_like(in.t, 1));
    const Value share = where(first, constant_like(in.t, 1), constant_like(in.t, 1 - options.dampening));
    fresh = cast(share, g.dtype()) * g;
  }
  const Value buffer = options.momentum * in.state[0] + fresh;
  g = options.nesterov ? g + options.momentum * buffer : buffer;
  return {in.parameter - rate * g, {buffer}};
}

/// The scalars are worked out in f64: 1 - beta2^t has few digits left in f32. With s = sqrt(1 - beta2^t), m / (sqrt(v)
/// / s + epsilon) is s m / (sqrt(v) + s epsilon): a division of every number less (Kingma and Ba 2015, end of section
/// 2).
Update adam_update(const UpdateInput& in, const AdamOptions& options, double decoupled_decay) {
  const DType dtype = in.parameter.dtype();
  const Value correction1 = 1.0 - pow(constant_like(in.t, options.beta1), in.t);
  const Value correction2 = 1.0 - pow(constant_like(in.t, options.beta2), in.t);
  const Value scale = sqrt(correction2);
  const Value rate = cast(in.learning_rate / correction1 * scale, dtype);
  const Value epsilon = cast(options.epsilon * scale, dtype);
  Value w = in.parameter;
  if (decoupled_decay != 0) w = w * cast(1.0 - in.learning_rate * decoupled_decay, dtype);
  const Value g = decayed(in.gradient, in.parameter, options.weight_decay);
  const Value m = in.state[0] + (1 - options.beta1) * (g - in.state[0]);
  const Value v = options.beta2 * in.state[1] + (1 - options.beta2) * square(g);
  return {w - rate * (m / (sqrt(v) + epsilon)), {m, v}};
}

/// What adam and adamw have in common.
Optimizer adam_like(std::string name, const AdamOptions& options, double decoupled_decay) {
  check_rate(name, options.learning_rate);
  check(name, "beta1", options.beta1, options.beta1 >= 0 && options.beta1 < 1, "0 <= beta1 < 1", "0.9");
  check(name, "beta2", options.beta2, options.beta2 >= 0 && options.beta2 < 1, "0 <= beta2 < 1", "0.999");
  check(name, "epsilon", options.epsilon, options.epsilon > 0, "a finite number > 0", "1e-8");
  const double decay = options.weight_decay + decoupled_decay;
  check_decay(name, options.weight_decay);
  check_decay(name, decoupled_decay);
  std::string text = name + with("learning rate", options.learning_rate) + with("betas", options.beta1) + " " +
                     print_number(options.beta2) + with("epsilon", options.epsilon);
  if (decay != 0) text += with("weight decay", decay);
  return {std::move(name),
          std::move(text),
          options.learning_rate,
          {"m", "v"},
          true,
          [options, decoupled_decay](const UpdateInput& in) { return adam_update(in, options, decoupled_decay); }};
}

constexpr std::string_view names[] = {"gradient_descent", "sgd", "adam", "adamw"};

}  // namespace

Optimizer gradient_descent(double learning_rate) {
  Optimizer out = sgd({.learning_rate = learning_rate});
  out.name = "gradient_descent";
  out.text = out.name + with("learning rate", learning_rate);
  return out;
}

Optimizer sgd(SgdOptions options) {
  check_rate("sgd", options.learning_rate);
  check("sgd", "momentum", options.momentum, options.momentum >= 0 && options.momentum < 1, "0 <= momentum < 1", "0.9");
  check("sgd", "dampening", options.dampening, options.dampening >= 0 && options.dampening <= 1, "0 <= dampening <= 1",
        "0");
  check_decay("sgd", options.weight_decay);
  if (options.nesterov && (options.momentum == 0 || options.dampening != 0)) {
    throw UserError(Fault::usage, Report{"sgd",
                                         "nesterov with momentum " + print_number(options.momentum) +
                                             " and dampening " + print_number(options.dampening),
                                         "momentum > 0 and dampening 0", "momentum 0.9"});
  }
  std::string text = "sgd" + with("learning rate", options.learning_rate);
  if (options.momentum != 0) text += with(options.nesterov ? "Nesterov momentum" : "momentum", options.momentum);
  if (options.dampening != 0) text += with("dampening", options.dampening);
  if (options.weight_decay != 0) text += with("weight decay", options.weight_decay);
  std::vector<std::string> state;
  if (options.momentum != 0) state.push_back("momentum");
  return {"sgd",
          std::move(text),
          options.learning_rate,
          std::move(state),
          options.dampening != 0,
          [options](const UpdateInput& in) { return sgd_update(in, options); }};
}

Optimizer adam(AdamOptions options) { return adam_like("adam", options, 0); }

Optimizer adamw(AdamWOptions options) {
  return adam_like("adamw", {options.learning_rate, options.beta1, options.beta2, options.epsilon, 0},
                   options.weight_decay);
}

std::span<const std::string_view> optimizer_names() { return names; }

Optimizer find_optimizer(std::string_view name, std::optional<double> learning_rate) {
  if (name == "gradient_descent") return gradient_descent(learning_rate.value_or(0.01));
  if (name == "sgd") return sgd({.learning_rate = learning_rate.value_or(0.01)});
  if (name == "adam") return adam({.learning_rate = learning_rate.value_or(1e-3)});
  if (name == "adamw") return adamw({.learning_rate = learning_rate.value_or(1e-3)});
  std::string all;
  for (std::string_view known : names) all += (all.empty() ? "" : ", ") + std::string(known);
  throw UserError(Fault::usage, Report{"optimizer", "\"" + printable(name) + "\"", all, nearest(name, names)});
}

}  // namespace gradus::optim
