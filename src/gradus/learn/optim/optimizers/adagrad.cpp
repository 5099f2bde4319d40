#include "gradus/learn/optim/optimizers/parts.hpp"

namespace gradus::optim {
namespace {

constexpr Key keys[] = {
    rate_key("0.01"),
    {"rate_decay", KeyType::number, "0", "in step t the rate is divided by 1 + (t - 1) times this",
     kinds::not_negative},
    decay_key(),
    {"initial_sum", KeyType::number, "0", "what the sum of squares begins with", kinds::not_negative},
    epsilon_key("1e-10"),
};

/// torch.optim.Adagrad. The state is the sum without what it begins with, so that it begins with zeros.
Update update(const Keys& of, const UpdateInput& in) {
  const double rate_decay = of.number("rate_decay"), initial = of.number("initial_sum");
  const Value g = decayed(in.gradient, in.parameter, of.number("weight_decay"));
  const Value rate = rate_decay == 0 ? in.learning_rate : in.learning_rate / (1.0 + (in.t - 1.0) * rate_decay);
  const Value sum = in.state[0] + square(g);
  const Value root = sqrt(initial == 0 ? sum : sum + initial);
  return {in.parameter - cast(rate, g.dtype()) * (g / (root + of.number("epsilon"))), {sum}};
}

constexpr double table_rate = 3e-2;  // of those tried the least validation loss on two tables, or near it

}  // namespace

extern const OptimizerKind adagrad_kind{
    {"adagrad", "the gradient over the root of the sum of its squares (Duchi et al. 2011; torch.optim.Adagrad)", keys},
    [](const Keys&) { return States{{"sum"}}; },
    update,
    [](const Keys& of) { return of.number("rate_decay") != 0; },
    table_rate};

}  // namespace gradus::optim
