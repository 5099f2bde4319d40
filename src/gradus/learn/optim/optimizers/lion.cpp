#include "gradus/learn/optim/optimizers/parts.hpp"

namespace gradus::optim {
namespace {

constexpr Key keys[] = {
    rate_key("0.0001"),
    {"beta1", KeyType::number, "0.9", "share of the mean gradient in the direction of a step", kinds::below_one},
    {"beta2", KeyType::number, "0.99", "share of the mean gradient that stays", kinds::below_one},
    {"weight_decay", KeyType::number, "0", "w shrinks by rate times this, beside the gradient", kinds::not_negative},
};

/// Chen et al. 2023, algorithm 2.
Update update(const Keys& of, const UpdateInput& in) {
  const auto [w, g] = decayed(in, of.number("weight_decay"), true);
  const Value direction = sign(mean(in.state[0], g, of.number("beta1")));
  return {w - cast(in.learning_rate, g.dtype()) * direction, {mean(in.state[0], g, of.number("beta2"))}};
}

constexpr double table_rate = 1e-3;  // of those tried the least validation loss on two tables, or near it

}  // namespace

extern const OptimizerKind lion_kind{
    {"lion", "steps of one size along the sign of the mean gradient (Chen et al. 2023)", keys},
    [](const Keys&) { return States{{"m"}}; },
    update,
    nullptr,
    table_rate};

}  // namespace gradus::optim
