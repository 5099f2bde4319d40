#include "gradus/learn/train/given_batch.hpp"

#include <algorithm>

#include "gradus/core/base/error.hpp"
#include "gradus/core/graph/print.hpp"

namespace gradus {
namespace {

void copy(ConstView from, View to, const std::string& what) {
  if (from.data() == nullptr || from.count() != to.count()) {
    const std::int64_t found = from.data() == nullptr ? 0 : from.count();
    throw UserError(Fault::usage, Report{what, std::to_string(found) + " numbers", std::to_string(to.count()),
                                         "a span of " + std::to_string(to.count()) + " numbers"});
  }
  visit(from.dtype(), [&]<class From>(std::type_identity<From>) {
    visit(to.dtype(), [&]<class To>(std::type_identity<To>) {
      const auto numbers = from.as<From>();
      std::transform(numbers.begin(), numbers.end(), to.as<To>().begin(), convert_number<To, From>);
    });
  });
}

}  // namespace

GivenFeeder::GivenFeeder(const StepSlots& slots, const nn::Model& model, const loss::Loss& loss)
    : features_(slots.features),
      target_(slots.target),
      shares_(loss.traits().targets == loss::Targets::shares),
      loss_(loss.name()) {
  for (const nn::NamedInput& input : model.inputs) {
    if (const SlotId slot = slots.input(input.name)) inputs_.emplace_back(input.name, slot);
  }
}

void GivenFeeder::features(Program& program, int graph, const GivenBatch& batch) const {
  if (program.has(graph, features_)) copy(batch.features, program.input(graph, features_), "features");
  for (const auto& [name, slot] : inputs_) {
    if (!program.has(graph, slot)) continue;
    const std::string& wanted = name;
    const auto given = std::find_if(batch.inputs.begin(), batch.inputs.end(),
                                    [&](const GivenInput& one) { return one.name == wanted; });
    if (given == batch.inputs.end()) {
      throw UserError(Fault::usage, Report{"batch", "no input " + printable(wanted), "one, which the net takes",
                                           "GivenBatch{.inputs = ...} with " + printable(wanted)});
    }
    copy(given->values, program.input(graph, slot), wanted);
  }
}

void GivenFeeder::check_target(const GivenBatch& batch) const {
  if (!shares_ || batch.target.data() == nullptr) return;
  for (std::int64_t i = 0; i < batch.target.count(); ++i) {
    const double t = batch.target.number(i);
    if (t >= 0 && t <= 1) continue;
    throw UserError(Fault::usage, Report{"target, number " + std::to_string(i + 1), print_number(t),
                                         "0 to 1, as " + loss_ + " takes", loss::mse.name()});
  }
}

void GivenFeeder::target(Program& program, int graph, const GivenBatch& batch) const {
  if (program.has(graph, target_)) copy(batch.target, program.input(graph, target_), "target");
}

}  // namespace gradus
