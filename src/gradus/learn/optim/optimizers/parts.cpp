#include "gradus/learn/optim/optimizers/parts.hpp"

namespace gradus::optim {

Decayed decayed(const UpdateInput& in, double decay, bool decoupled) {
  if (!decoupled) return {in.parameter, decayed(in.gradient, in.parameter, decay)};
  if (decay == 0) return {in.parameter, in.gradient};
  return {in.parameter * cast(1.0 - in.learning_rate * decay, in.parameter.dtype()), in.gradient};
}

}  // namespace gradus::optim
