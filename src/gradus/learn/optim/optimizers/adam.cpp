#include "gradus/learn/optim/optimizers/parts.hpp"

namespace gradus::optim {
namespace {

constexpr Key adam_keys[] = {rate_key("0.001"), beta1_key, beta2_key, epsilon_key("1e-8"), decay_key()};
constexpr Key adamw_keys[] = {rate_key("0.001"),
                              beta1_key,
                              beta2_key,
                              epsilon_key("1e-8"),
                              {"weight_decay", KeyType::number, "0.01",
                               "w shrinks by rate times this, beside the gradient", kinds::not_negative}};
constexpr Key amsgrad_keys[] = {rate_key("0.001"),   beta1_key,   beta2_key,
                                epsilon_key("1e-8"), decay_key(), decoupled_key};

/// The scalars are worked out in f64: 1 - beta2^t has few digits left in f32. With s = sqrt(1 - beta2^t), m / (sqrt(v)
/// / s + epsilon) is s m / (sqrt(v) + s epsilon): a division of every number less (Kingma and Ba 2015, end of section
/// 2).
Update update(const Keys& of, const UpdateInput& in, bool decoupled, bool greatest) {
  const DType dtype = in.parameter.dtype();
  const double beta1 = of.number("beta1"), beta2 = of.number("beta2");
  const Value correction1 = correction(in.t, beta1);
  const Value correction2 = correction(in.t, beta2);
  const Value scale = sqrt(correction2);
  const Value rate = cast(in.learning_rate / correction1 * scale, dtype);
  const Value epsilon = cast(of.number("epsilon") * scale, dtype);
  const auto [w, g] = decayed(in, of.number("weight_decay"), decoupled);
  const Value m = mean(in.state[0], g, beta1);
  const Value v = mean_square(in.state[1], g, beta2);
  if (!greatest) return {w - rate * (m / (sqrt(v) + epsilon)), {m, v}};
  const Value most = maximum(in.state[2], v);
  return {w - rate * (m / (sqrt(most) + epsilon)), {m, v, most}};
}

States moments(const Keys&) { return {{"m"}, {"v"}}; }

constexpr double table_rate = 3e-3, image_rate = 1e-3;

}  // namespace

extern const OptimizerKind adam_kind{
    {"adam", "steps along the mean gradient, scaled by the root of its mean square (Kingma and Ba 2015)", adam_keys},
    moments,
    [](const Keys& of, const UpdateInput& in) { return update(of, in, false, false); },
    always,
    table_rate,
    image_rate};

extern const OptimizerKind adamw_kind{
    {"adamw", "adam with weight decay beside the gradient (Loshchilov and Hutter 2019)", adamw_keys},
    moments,
    [](const Keys& of, const UpdateInput& in) { return update(of, in, true, false); },
    always,
    table_rate,
    image_rate};

extern const OptimizerKind amsgrad_kind{
    {"amsgrad", "adam that divides by the root of the greatest mean square so far (Reddi et al. 2018)", amsgrad_keys},
    [](const Keys&) {
      return States{{"m"}, {"v"}, {"greatest_v"}};
    },
    [](const Keys& of, const UpdateInput& in) { return update(of, in, of.truth("decoupled"), true); },
    always,
    table_rate,
    image_rate};

Optimizer adam(AdamOptions options) {
  return make(adam_kind, {{"rate", options.learning_rate},
                          {"beta1", options.beta1},
                          {"beta2", options.beta2},
                          {"epsilon", options.epsilon},
                          {"weight_decay", options.weight_decay}});
}

Optimizer adamw(AdamWOptions options) {
  return make(adamw_kind, {{"rate", options.learning_rate},
                           {"beta1", options.beta1},
                           {"beta2", options.beta2},
                           {"epsilon", options.epsilon},
                           {"weight_decay", options.weight_decay}});
}

}  // namespace gradus::optim
