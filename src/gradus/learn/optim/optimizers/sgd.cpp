#include "gradus/core/base/error.hpp"
#include "gradus/core/graph/print.hpp"
#include "gradus/learn/optim/optimizers/parts.hpp"

namespace gradus::optim {
namespace {

constexpr Key descent_keys[] = {rate_key("0.01")};

constexpr Key keys[] = {
    rate_key("0.01"),
    {"momentum", KeyType::number, "0", "share of the last step's direction that stays", kinds::below_one},
    {"dampening", KeyType::number, "0", "share of the gradient that does not enter the momentum", kinds::up_to_one},
    decay_key(),
    {"nesterov", KeyType::truth, "false", "look ahead along the momentum"},
};

void check_nesterov(const Keys& of) {
  if (!of.truth("nesterov") || (of.number("momentum") > 0 && of.number("dampening") == 0)) return;
  throw UserError(Fault::usage, Report{"sgd",
                                       "nesterov with momentum " + print_number(of.number("momentum")) +
                                           " and dampening " + print_number(of.number("dampening")),
                                       "momentum > 0 and dampening 0",
                                       of.number("dampening") == 0 ? "momentum 0.9"
                                       : of.number("momentum") > 0 ? "dampening 0"
                                                                   : "momentum 0.9 dampening 0"});
}

States state(const Keys& of) { return of.number("momentum") != 0 ? States{{"momentum"}} : States{}; }

Update descend(const UpdateInput& in, Value g) {
  return {in.parameter - cast(in.learning_rate, in.parameter.dtype()) * g, {}};
}

Update update(const Keys& of, const UpdateInput& in) {
  const double momentum = of.number("momentum"), dampening = of.number("dampening");
  const Value rate = cast(in.learning_rate, in.parameter.dtype());
  Value g = decayed(in.gradient, in.parameter, of.number("weight_decay"));
  if (momentum == 0) return {in.parameter - rate * g, {}};
  Value fresh = g;
  if (dampening != 0) {  // not in the first step, where the buffer is the gradient
    const Value first = equal(in.t, constant_like(in.t, 1));
    const Value share = where(first, constant_like(in.t, 1), constant_like(in.t, 1 - dampening));
    fresh = cast(share, g.dtype()) * g;
  }
  const Value buffer = momentum * in.state[0] + fresh;
  g = of.truth("nesterov") ? g + momentum * buffer : buffer;
  return {in.parameter - rate * g, {buffer}};
}

constexpr double tuned_rate = 0.1;

}  // namespace

extern const OptimizerKind gradient_descent_kind{
    {"gradient_descent", "w - rate g, nothing else", descent_keys},
    [](const Keys&) { return States{}; },
    [](const Keys&, const UpdateInput& in) { return descend(in, in.gradient); },
    nullptr,
    tuned_rate,
    tuned_rate};

extern const OptimizerKind sgd_kind{
    {"sgd", "descent along the gradient, with momentum where asked for (torch.optim.SGD)", keys, check_nesterov},
    state,
    update,
    [](const Keys& of) { return of.number("dampening") != 0; },
    tuned_rate,
    tuned_rate};

Optimizer gradient_descent(double learning_rate) { return make(gradient_descent_kind, {{"rate", learning_rate}}); }

Optimizer sgd(SgdOptions options) {
  return make(sgd_kind, {{"rate", options.learning_rate},
                         {"momentum", options.momentum},
                         {"dampening", options.dampening},
                         {"weight_decay", options.weight_decay},
                         {"nesterov", options.nesterov}});
}

}  // namespace gradus::optim
