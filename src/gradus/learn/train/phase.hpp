// What a training makes small, and how: a plain training has one phase, two nets that learn against one another have
// two.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/core/graph/graph.hpp"
#include "gradus/learn/nn/scope.hpp"
#include "gradus/learn/optim/schedule.hpp"
#include "gradus/learn/optim/updates.hpp"

namespace gradus {

/// The tensors of a batch in a graph. Each is an input that is made when it is first asked for.
class Batch {
 public:
  /// These give the inputs; a target has a name where there are several.
  Batch(std::int64_t rows, std::function<Value()> features, std::function<Value(std::string_view)> input,
        std::function<Value(std::string_view)> target)
      : rows_(rows),
        make_features_(std::move(features)),
        make_input_(std::move(input)),
        make_target_(std::move(target)) {}

  /// Of one target, and no input beside the features.
  Batch(std::int64_t rows, std::function<Value()> features, std::function<Value()> target)
      : Batch(
            rows, std::move(features), [](std::string_view) { return Value(); },
            [made = std::move(target)](std::string_view) { return made(); }) {}

  std::int64_t rows() const { return rows_; }
  /// [rows, ...], as the net sees a sample.
  Value features() { return features_ ? features_ : features_ = make_features_(); }
  /// Class numbers i64 [rows], or numbers [rows, outputs]. Throws UserError where the dataset has no targets.
  Value target() { return target_ ? target_ : target_ = make_target_(""); }
  /// An input beside the features, which layers have as nn::input(name). Throws UserError where there is none.
  Value input(std::string_view name) { return make_input_(name); }
  /// The same of one of several targets.
  Value target(std::string_view name) { return make_target_(name); }

 private:
  std::int64_t rows_;
  std::function<Value()> make_features_;
  std::function<Value(std::string_view)> make_input_, make_target_;
  Value features_, target_;
};

struct Phase {
  std::string name = {};  // "critic": letters, digits, _ and -; of one of several
  /// Appends the loss, one number, a mean over the rows. Nets are built by scope.apply("critic", net, x), which makes
  /// their parameters "critic.0.weight", ... the same in all phases.
  std::function<Value(nn::Scope& scope, Batch& batch)> loss = {};
  /// The parameters that it learns, by patterns as of optim::Group; what its loss reads beside them stays as it is.
  std::vector<std::string> parameters = {"*"};
  optim::Updates updates = optim::Optimizer();
  optim::Schedule schedule = optim::constant();
};

/// Whether `phase` learns the parameter called `name`.
bool learns(const Phase& phase, std::string_view name);

/// What all phases ask for, in this order, for nets in `dtype`; `make` gives a batch in the graph of a scope. Throws
/// UserError for a name that is taken or missing, a loss that is no number, and for phases that learn nothing.
std::vector<nn::ParameterSpec> parameters_of(std::span<const Phase> phases, DType dtype,
                                             const std::function<Batch(nn::Scope& scope)>& make);

/// The loss of `phase` as a scalar. Throws UserError when it is no single number.
Value loss_of(const Phase& phase, nn::Scope& scope, Batch& batch);

}  // namespace gradus
