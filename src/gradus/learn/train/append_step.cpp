#include "gradus/learn/train/append_step.hpp"

#include <algorithm>

#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/core/ops/reduce.hpp"

namespace gradus {
namespace {

/// Number of this step from 1, as f64 [].
Value number_of_step(nn::Scope& scope) { return cast(reshape(slice(scope.key(), 0, 1, 2), Shape{}), DType::f64) + 1.0; }

Value norm(const Values& parts) {
  Value total;
  for (Value part : parts) {
    const Value squares = sum(square(part));
    total = total ? total + squares : squares;
  }
  return sqrt(total);
}

/// A kind of the user's own may give back something else than it declares.
void check_update(const optim::Optimizer& optimizer, const optim::Update& next, Value parameter, const Values& state) {
  const auto refuse = [&](const std::string& found, const std::string& expected) {
    throw UserError(Fault::usage,
                    Report{"optimizer " + printable(optimizer.kind->name), found, expected, "its update() mended"});
  };
  const auto check = [&](const std::string& what, Value is, Value was) {
    if (!is || is.graph != was.graph || !(is.type() == was.type())) {
      refuse(what + (is ? " of type " + to_string(is.type()) : " that is no value"),
             to_string(was.type()) + ", as before the step");
    }
  };
  check("a parameter", next.parameter, parameter);
  if (next.state.size() != state.size()) {
    refuse(std::to_string(next.state.size()) + " next values of state",
           std::to_string(state.size()) + ", as it declares");
  }
  for (std::size_t i = 0; i < state.size(); ++i) check("a state value", next.state[i], state[i]);
}

/// torch.nn.utils.clip_grad_value_, then clip_grad_norm_.
Values clipped(Values gradients, const optim::Clipping& by) {
  if (by.value > 0) {
    for (Value& g : gradients) g = clamp(g, -by.value, by.value);
  }
  if (by.norm > 0) {
    constexpr double least = 1e-6;  // PyTorch's, so that a gradient of zeros stays one
    const Value total = norm(gradients);
    const Value scale = clamp(constant_like(total, by.norm) / (total + least), 0, 1);
    for (Value& g : gradients) g = scale * g;
  }
  return gradients;
}

/// What the updates of one step share.
struct Updating {
  nn::Scope& scope;
  const StepSlots& slots;
  const optim::Updates& updates;
  const std::string& phase;
  Value number = {};              // of this step, from 1
  std::vector<Value> rates = {};  // by group

  Value step_number() { return number ? number : number = number_of_step(scope); }
  Value rate(std::size_t group) {
    rates.resize(std::max(rates.size(), group + 1));
    if (!rates[group]) rates[group] = scope.graph().input(slots.rate(phase, group), {DType::f64, {}});
    return rates[group];
  }

  /// None of the average before the first step stays after it.
  Value averaged(Value before, Value now) {
    const Value first = equal(step_number(), constant_like(step_number(), 1));
    const Value share = where(first, constant_like(number, 0), constant_like(number, updates.average));
    const Value stays = cast(share, now.dtype());
    return stays * before + (1.0 - stays) * now;
  }

  /// The next value of one parameter, and of all that is kept of it.
  Value update(const std::string& name, Value parameter, Value gradient) {
    Graph& graph = scope.graph();
    const std::size_t group = optim::group_of(updates, name);
    const optim::Optimizer& optimizer = optim::optimizer_of(updates, group);
    const Value rate_now = rate(group);
    const Value t = optim::counts_steps(optimizer) ? step_number() : Value{};
    const optim::States specs = optim::states(optimizer);
    Values state;
    for (const optim::StateSpec& spec : specs) {
      state.push_back(graph.state({.name = state_name(name, spec.name, phase),
                                   .type = optim::type_of(spec, parameter.type()),
                                   .role = Role::moment,
                                   .of = slot_of(parameter)}));
    }
    const optim::Update next = optim::update(optimizer, {parameter, gradient, state, rate_now, t});
    check_update(optimizer, next, parameter, state);
    graph.next(parameter, next.parameter);
    for (std::size_t s = 0; s < state.size(); ++s) graph.next(state[s], next.state[s]);
    if (updates.average > 0) {
      const Value before = graph.state({.name = average_name(name), .type = parameter.type(), .role = Role::running});
      graph.next(before, averaged(before, next.parameter));
    }
    return next.parameter;
  }
};

}  // namespace

Learnt learnt_of(const nn::Scope& scope, const std::function<bool(const std::string& name)>& learns) {
  Learnt out;
  for (std::size_t i = 0; i < scope.parameters().size(); ++i) {
    if (!learns(scope.parameters()[i].name)) continue;
    out.specs.push_back(scope.parameters()[i]);
    out.values.push_back(scope.parameter_values()[i]);
  }
  if (out.specs.empty()) {
    throw UserError(Fault::usage, Report{"net", "no parameters", "a layer that can learn", "nn::linear"});
  }
  return out;
}

Learnt learnt_of(const nn::Scope& scope, const optim::Updates& updates) {
  return learnt_of(scope, [&](const std::string& name) { return !optim::is_frozen(updates, name); });
}

void append_step(nn::Scope& scope, const StepSlots& slots, const optim::Updates& updates, const Learnt& learnt,
                 const Values& gradients, const StepOptions& options, const std::string& phase) {
  Updating of{scope, slots, updates, phase};
  of.rate(optim::group_of(updates, learnt.specs.front().name));
  const Values used = clipped(gradients, updates.clipping);
  Values next;
  for (std::size_t i = 0; i < used.size(); ++i) {
    next.push_back(of.update(learnt.specs[i].name, learnt.values[i], used[i]));
  }
  if (options.gradient_norm) scope.graph().output(step_outputs::gradient_norm, norm(gradients));
  if (!options.update_norm) return;
  Values moved;
  for (std::size_t i = 0; i < next.size(); ++i) moved.push_back(next[i] - learnt.values[i]);
  scope.graph().output(step_outputs::update_norm, norm(moved));
}

}  // namespace gradus
