#include "gradus/core/base/error.hpp"
#include "gradus/core/graph/print.hpp"
#include "gradus/learn/optim/optimizers/parts.hpp"

namespace gradus::optim {
namespace {

constexpr Key keys[] = {
    {"rate", KeyType::number, "0.01", "the first step of every weight", kinds::positive},
    {"shrink",
     KeyType::number,
     "0.5",
     "factor of a weight's step where its gradient changed sign",
     {.low = 0, .high = 1, .low_open = true, .high_open = true}},
    {"grow", KeyType::number, "1.2", "factor of a weight's step where its gradient kept its sign", kinds::above_one},
    {"least_step", KeyType::number, "1e-6", "no step becomes smaller", kinds::not_negative},
    {"largest_step", KeyType::number, "50", "no step becomes larger", kinds::positive},
};

void check_steps(const Keys& of) {
  if (of.number("least_step") <= of.number("largest_step")) return;
  throw UserError(Fault::usage, Report{"rprop",
                                       "least_step " + print_number(of.number("least_step")) + " and largest_step " +
                                           print_number(of.number("largest_step")),
                                       "least_step <= largest_step", "least_step 1e-6"});
}

/// torch.optim.Rprop: where the sign changed the weight rests, and the gradient counts as 0 in the next step.
Update update(const Keys& of, const UpdateInput& in) {
  const Value g = in.gradient, zero = constant_like(g, 0);
  const Value turn = g * in.state[0];
  const Value turned = less(turn, zero);
  const Value factor = where(greater(turn, zero), constant_like(g, of.number("grow")),
                             where(turned, constant_like(g, of.number("shrink")), constant_like(g, 1)));
  const Value first = equal(in.t, constant_like(in.t, 1));
  const Value before = where(first, cast(in.learning_rate, g.dtype()), in.state[1]);
  const Value step = clamp(before * factor, of.number("least_step"), of.number("largest_step"));
  const Value counted = where(turned, zero, g);
  return {in.parameter - sign(counted) * step, {counted, step}};
}

}  // namespace

extern const OptimizerKind rprop_kind{{"rprop",
                                       "each weight has a step of its own, by the signs of its gradient; for whole "
                                       "batches (Riedmiller and Braun 1993; torch.optim.Rprop)",
                                       keys, check_steps},
                                      [](const Keys&) {
                                        return States{{"gradient"}, {"step"}};
                                      },
                                      update,
                                      always};

}  // namespace gradus::optim
