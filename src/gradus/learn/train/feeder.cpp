#include "gradus/learn/train/feeder.hpp"

#include "gradus/core/base/error.hpp"
#include "gradus/core/base/remedy.hpp"
#include "gradus/learn/nn/spatial.hpp"

namespace gradus {

Feeder::Feeder(ThreadPool& pool, const StepSlots& slots, const data::Dataset& dataset, const data::Dataset& targets)
    : gatherer_(pool), dataset_(dataset), targets_(targets), features_(slots.features), target_(slots.target) {
  for (const data::Input& input : dataset.inputs) {
    if (const SlotId slot = slots.input(input.name)) inputs_.push_back({slot, &input});
  }
  for (const data::Target& target : targets.several) {
    if (const SlotId slot = slots.target_of(target.name)) several_.push_back({slot, &target});
  }
}

void Feeder::features(Program& program, int graph, std::span<const std::int64_t> rows) {
  if (program.has(graph, features_)) gatherer_.features(dataset_, rows, program.input(graph, features_));
  for (const OfInput& one : inputs_) {
    if (program.has(graph, one.slot)) gatherer_.input(*one.input, rows, program.input(graph, one.slot));
  }
}

void Feeder::targets(Program& program, int graph, std::span<const std::int64_t> rows) {
  if (program.has(graph, target_)) data::gather_targets(targets_, rows, program.input(graph, target_));
  for (const OfTarget& one : several_) {
    if (program.has(graph, one.slot)) data::gather_target(*one.target, rows, program.input(graph, one.slot));
  }
}

bool gather_slot(const StepSlots& slots, SlotId slot, const data::Dataset& dataset, const data::Dataset& targets,
                 std::span<const std::int64_t> rows, View out) {
  if (slot == slots.features) return data::gather_features(dataset, rows, out), true;
  if (slot == slots.target) return data::gather_targets(targets, rows, out), true;
  for (const data::Input& one : dataset.inputs) {
    if (slot == slots.input(one.name)) return data::gather_input(one, rows, out), true;
  }
  for (const data::Target& one : targets.several) {
    if (slot == slots.target_of(one.name)) return data::gather_target(one, rows, out), true;
  }
  return false;
}

void require_inputs(nn::NamedInputs inputs, const data::Dataset& dataset) {
  const auto text = [](bool codes, const Shape& shape) {
    return std::string(codes ? "codes " : "numbers ") + to_string(shape) + " a row";
  };
  for (const nn::NamedInput& wanted : inputs) {
    const data::Input* const found = data::find_input(dataset, wanted.name);
    const std::string expected = text(wanted.codes, wanted.shape);
    if (found == nullptr) {
      std::vector<std::string> known;
      for (const data::Input& one : dataset.inputs) known.push_back(one.name);
      throw UserError(Fault::data,
                      Report{printable(dataset.source), "no input " + printable(wanted.name),
                             "one of " + expected + ", which the net takes",
                             "data::Dataset::inputs" + (known.empty() ? "" : ", and " + known.front() + " renamed")});
    }
    if (found->codes() == wanted.codes && found->shape().count() == wanted.shape.count()) continue;
    throw UserError(Fault::data, Report{printable(dataset.source) + ", input " + printable(wanted.name),
                                        text(found->codes(), found->shape()), expected + ", as the net takes it",
                                        "a tensor of " + expected});
  }
}

std::vector<nn::NamedInput> inputs_for(const nn::Layer& net, const data::Dataset& dataset) {
  std::vector<nn::NamedInput> out;
  for (const data::Input& input : dataset.inputs) {
    out.push_back({input.name, nn::input_of(net, input.shape(), input.name), input.codes()});
  }
  return out;
}

}  // namespace gradus
