#include "gradus/learn/optim/optimizers/parts.hpp"

namespace gradus::optim {
namespace {

constexpr Key keys[] = {
    rate_key("0.01"),
    {"alpha", KeyType::number, "0.99", "share of the mean of squares that stays", kinds::below_one},
    epsilon_key("1e-8"),
    decay_key(),
    {"momentum", KeyType::number, "0", "share of the last step that stays", kinds::below_one},
    {"centered", KeyType::truth, "false", "divide by the deviation of the gradient, not by its mean square"},
};

States state(const Keys& of) {
  States all{{"square"}};
  if (of.truth("centered")) all.push_back({"mean"});
  if (of.number("momentum") != 0) all.push_back({"momentum"});
  return all;
}

/// torch.optim.RMSprop: epsilon is outside the root.
Update update(const Keys& of, const UpdateInput& in) {
  const double alpha = of.number("alpha"), momentum = of.number("momentum");
  const Value rate = cast(in.learning_rate, in.parameter.dtype());
  const Value g = decayed(in.gradient, in.parameter, of.number("weight_decay"));
  Update next{{}, {mean_square(in.state[0], g, alpha)}};
  Value variance = next.state[0];
  if (of.truth("centered")) {
    next.state.push_back(mean(in.state[1], g, alpha));
    // Rounding may leave a little less than 0, of which there is no root.
    variance = maximum(variance - square(next.state[1]), constant_like(variance, 0));
  }
  Value step = g / (sqrt(variance) + of.number("epsilon"));
  if (momentum != 0) {
    step = momentum * in.state.back() + step;
    next.state.push_back(step);
  }
  next.parameter = in.parameter - rate * step;
  return next;
}

constexpr double table_rate = 3e-3;  // of those tried the least validation loss on two tables, or near it

}  // namespace

extern const OptimizerKind rmsprop_kind{
    {"rmsprop", "the gradient over the root of its mean square (Tieleman and Hinton 2012; torch.optim.RMSprop)", keys},
    state,
    update,
    nullptr,
    table_rate};

}  // namespace gradus::optim
