#include "gradus/learn/optim/optimizers/parts.hpp"

namespace gradus::optim {
namespace {

constexpr Key keys[] = {
    rate_key("1"),
    {"rho", KeyType::number, "0.9", "share of the mean of squares that stays", kinds::below_one},
    epsilon_key("1e-6"),
    decay_key(),
};

/// torch.optim.Adadelta: epsilon is inside the roots.
Update update(const Keys& of, const UpdateInput& in) {
  const double rho = of.number("rho"), epsilon = of.number("epsilon");
  const Value g = decayed(in.gradient, in.parameter, of.number("weight_decay"));
  const Value squares = mean_square(in.state[0], g, rho);
  const Value step = sqrt(in.state[1] + epsilon) / sqrt(squares + epsilon) * g;
  return {in.parameter - cast(in.learning_rate, g.dtype()) * step, {squares, mean_square(in.state[1], step, rho)}};
}

}  // namespace

extern const OptimizerKind adadelta_kind{
    {"adadelta",
     "steps as large as the steps before, over the root of the mean square (Zeiler 2012; torch.optim.Adadelta)", keys},
    [](const Keys&) {
      return States{{"square"}, {"step_square"}};
    },
    update};

}  // namespace gradus::optim
