#include "gradus/learn/optim/optimizers/parts.hpp"

namespace gradus::optim {
namespace {

constexpr Key keys[] = {
    rate_key("0.002"),
    beta1_key,
    beta2_key,
    epsilon_key("1e-8"),
    decay_key(),
    {"momentum_decay", KeyType::number, "0.004",
     "how fast beta1 grows to its whole size: it is beta1 (1 - 0.96^(t times this) / 2)", kinds::not_negative},
    decoupled_key,
};

/// beta1 of step t.
Value momentum_of(Value t, const Keys& of) {
  constexpr double base = 0.96;  // as in the paper
  return of.number("beta1") * (1.0 - 0.5 * pow(constant_like(t, base), t * of.number("momentum_decay")));
}

/// torch.optim.NAdam. The product of all momenta so far is kept as 1 less it, which begins with 0. With s = sqrt(1 -
/// beta2^t) the step is (a g + b m) s / (sqrt(v) + s epsilon).
Update update(const Keys& of, const UpdateInput& in) {
  const DType dtype = in.parameter.dtype();
  const Value scale = sqrt(correction(in.t, of.number("beta2")));
  const Value mu = momentum_of(in.t, of), next_mu = momentum_of(in.t + 1.0, of);
  const Value missing = 1.0 - (1.0 - in.state[2]) * mu;
  const Value rate = in.learning_rate * scale;
  const Value a = cast(rate * (1.0 - mu) / missing, dtype);
  const Value b = cast(rate * next_mu / (1.0 - (1.0 - missing) * next_mu), dtype);
  const auto [w, g] = decayed(in, of.number("weight_decay"), of.truth("decoupled"));
  const Value m = mean(in.state[0], g, of.number("beta1"));
  const Value v = mean_square(in.state[1], g, of.number("beta2"));
  return {w - (a * g + b * m) / (sqrt(v) + cast(of.number("epsilon") * scale, dtype)), {m, v, missing}};
}

constexpr double table_rate = 3e-3;  // of those tried the least validation loss on two tables, or near it

}  // namespace

extern const OptimizerKind nadam_kind{
    {"nadam", "adam with Nesterov's look ahead (Dozat 2016; torch.optim.NAdam)", keys},
    [](const Keys&) {
      return States{{"m"}, {"v"}, {"momentum", true}};
    },
    update,
    always,
    table_rate};

}  // namespace gradus::optim
