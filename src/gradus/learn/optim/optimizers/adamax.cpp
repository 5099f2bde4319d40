#include "gradus/learn/optim/optimizers/parts.hpp"

namespace gradus::optim {
namespace {

constexpr Key keys[] = {rate_key("0.002"),
                        beta1_key,
                        {"beta2", KeyType::number, "0.999", "share of the greatest size that stays", kinds::below_one},
                        epsilon_key("1e-8"),
                        decay_key()};

/// torch.optim.Adamax: u = max(beta2 u, |g| + epsilon).
Update update(const Keys& of, const UpdateInput& in) {
  const double beta1 = of.number("beta1");
  const Value g = decayed(in.gradient, in.parameter, of.number("weight_decay"));
  const Value m = mean(in.state[0], g, beta1);
  const Value u = maximum(of.number("beta2") * in.state[1], abs(g) + of.number("epsilon"));
  const Value rate = cast(in.learning_rate / correction(in.t, beta1), g.dtype());
  return {in.parameter - rate * (m / u), {m, u}};
}

constexpr double table_rate = 1e-2;  // of those tried the least validation loss on two tables, or near it

}  // namespace

extern const OptimizerKind adamax_kind{
    {"adamax", "adam by the greatest size of the gradient, not its mean square (Kingma and Ba 2015, section 7.1)",
     keys},
    [](const Keys&) {
      return States{{"m"}, {"u"}};
    },
    update,
    always,
    table_rate};

}  // namespace gradus::optim
