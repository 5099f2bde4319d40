// The half of a step that comes after the gradient: clipping, the optimizers' updates, averages.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gradus/learn/train/step.hpp"

namespace gradus {

/// The parameters that a step learns, in the order in which its nets ask for them.
struct Learnt {
  std::vector<nn::ParameterSpec> specs;
  Values values;
};

/// Those of `scope` that `learns` says. Throws UserError when there is none.
Learnt learnt_of(const nn::Scope& scope, const std::function<bool(const std::string& name)>& learns);
/// Those that are not frozen.
Learnt learnt_of(const nn::Scope& scope, const optim::Updates& updates);

/// Next values of the parameters and of all that is kept of them; the norms that are asked for as outputs: that of the
/// gradient before it is clipped. `phase`: of several, whose moments and rates have names of their own.
void append_step(nn::Scope& scope, const StepSlots& slots, const optim::Updates& updates, const Learnt& learnt,
                 const Values& gradients, const StepOptions& options, const std::string& phase = {});

}  // namespace gradus
