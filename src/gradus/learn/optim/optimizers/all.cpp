// The one list of optimizers: a new kind has a file of its own, and its name in both lines here.
#include "gradus/learn/optim/optimizer.hpp"

namespace gradus::optim {

extern const OptimizerKind adam_kind, adamw_kind, amsgrad_kind, nadam_kind, radam_kind, adamax_kind, sgd_kind,
    gradient_descent_kind, rmsprop_kind, adagrad_kind, adadelta_kind, rprop_kind, lion_kind;

OptimizerKinds all_optimizers() {
  static constexpr const OptimizerKind* all[] = {&adam_kind,    &adamw_kind,   &amsgrad_kind,  &nadam_kind,
                                                 &radam_kind,   &adamax_kind,  &sgd_kind,      &gradient_descent_kind,
                                                 &rmsprop_kind, &adagrad_kind, &adadelta_kind, &rprop_kind,
                                                 &lion_kind};
  return all;
}

Optimizer parse_optimizer(std::string_view text, OptimizerKinds own, const std::string& place) {
  return kinds::parse(text, place, all_optimizers(), own);
}

Optimizer optimizer(std::string_view name, std::initializer_list<kinds::Given> keys, OptimizerKinds own) {
  const kinds::Kind& kind = kinds::find_kind(name, kinds::kind_list(all_optimizers(), own), "optimizer");
  return Optimizer(kinds::make_any(kind, std::span(keys.begin(), keys.size())));
}

}  // namespace gradus::optim
