#include "gradus/learn/optim/optimizers/parts.hpp"

namespace gradus::optim {
namespace {

constexpr Key keys[] = {rate_key("0.001"), beta1_key, beta2_key, epsilon_key("1e-8"), decay_key(), decoupled_key};

constexpr double least_length = 5;  // of the average of squares, from which its variance is known well enough

/// torch.optim.RAdam: the length of the average of squares is rho_t = rho - 2 t beta2^t / (1 - beta2^t), rho = 2 / (1 -
/// beta2) - 1; up to 5 the step is that of the mean gradient alone.
Update update(const Keys& of, const UpdateInput& in) {
  const DType dtype = in.parameter.dtype();
  const double beta1 = of.number("beta1"), beta2 = of.number("beta2");
  const auto [w, g] = decayed(in, of.number("weight_decay"), of.truth("decoupled"));
  const Value m = mean(in.state[0], g, beta1);
  const Value v = mean_square(in.state[1], g, beta2);
  const Value rate = cast(in.learning_rate / correction(in.t, beta1), dtype);
  const double longest = 2 / (1 - beta2) - 1;
  if (longest <= least_length) return {w - rate * m, {m, v}};
  const Value power = pow(constant_like(in.t, beta2), in.t), missing = 1.0 - power;
  const Value length = longest - 2.0 * in.t * power / missing;
  const Value known = greater(length, constant_like(length, least_length));
  const Value held = maximum(length, constant_like(length, least_length));  // below, the root would have no value
  const Value rectified = sqrt((held - 4.0) * (held - 2.0) * longest / ((longest - 4) * (longest - 2) * held));
  const Value scaled = cast(rectified * sqrt(missing), dtype) / (sqrt(v) + of.number("epsilon"));
  return {w - rate * m * where(known, scaled, constant_like(v, 1)), {m, v}};
}

constexpr double table_rate = 1e-2;  // of those tried the least validation loss on two tables, or near it

}  // namespace

extern const OptimizerKind radam_kind{
    {"radam", "adam that waits until its mean square is known well enough (Liu et al. 2020; torch.optim.RAdam)", keys},
    [](const Keys&) {
      return States{{"m"}, {"v"}};
    },
    update,
    always,
    table_rate};

}  // namespace gradus::optim
