#include "gradus/learn/train/step_program.hpp"

#include <algorithm>

#include "gradus/core/base/error.hpp"
#include "gradus/learn/train/all_finite.hpp"

namespace gradus {

StepProgram::StepProgram(Engine& engine, const nn::Model& model, StepGraphs graphs, const TrainOptions& options,
                         const Decided& decided, bool own_order)
    : model_(model),
      seed_(options.seed),
      update_norm_(options.tolerance > 0),
      averages_(options.average > 0),
      graphs_(std::move(graphs)),
      losses_(decided.phases.size()) {
  for (const Phase& phase : decided.phases) {
    for (std::size_t group = 0; group <= phase.updates.groups.size(); ++group) {
      rates_.push_back(graphs_.slots.rate(phase.name, group));
    }
  }
  for (int number = 0; number < graphs_.slots.table->size(); ++number) {
    const Role role = (*graphs_.slots.table)[SlotId{number}].role;
    if (role != Role::sum && role != Role::input) kept_.push_back({number});
  }
  program_ = std::make_unique<Program>(
      engine, std::move(graphs_.graphs),
      ProgramOptions{.own_order = own_order, .products = model.products, .threads = decided.threads});
  write(model.parameters);
  for (const nn::Parameter& parameter : model.parameters) {  // before the first step
    if (program_->slots().find(average_name(parameter.name))) {
      program_->write(average_name(parameter.name), parameter.value);
    }
  }
}

void StepProgram::feed_key(int graph, std::int64_t step, std::int64_t first_row) {
  if (!program_->has(graph, graphs_.slots.key)) return;
  const auto key = program_->input(graph, graphs_.slots.key).as<std::int64_t>();
  key[0] = static_cast<std::int64_t>(seed_);
  key[1] = step;
  if (key.size() > 2) key[2] = first_row;
}

void StepProgram::run_phase(std::size_t phase, int graph, std::int64_t step, std::span<const double> rates, bool last,
                            StepResult& result) {
  feed_key(graph, step, 0);
  for (std::size_t i = 0; i < rates_.size(); ++i) {
    if (program_->has(graph, rates_[i])) program_->input(graph, rates_[i]).as<double>()[0] = rates[i];
  }
  program_->run(graph);
  losses_[phase] = program_->output(graph, step_outputs::loss).number();
  if (phase == 0) result.loss = losses_[phase];
  const auto add = [&](double& norm, const char* output) {  // over the parameters of all phases
    const double part = program_->output(graph, output).number();
    norm = phase == 0 ? part : std::hypot(norm, part);
  };
  if (update_norm_) add(result.update_norm, step_outputs::update_norm);
  if (last) add(result.gradient_norm, step_outputs::gradient_norm);
}

bool StepProgram::parameters_finite() const {
  for (const nn::Parameter& parameter : model_.parameters) {
    if (!all_finite(program_->read(parameter.name))) return false;
  }
  return true;
}

Weights StepProgram::read() const {
  Weights weights;
  for (const SlotId slot : kept_) weights.push_back({program_->slots()[slot].name, program_->read(slot)});
  return weights;
}

Weights StepProgram::parameters_now() const {
  Weights weights;
  for (const nn::Parameter& parameter : model_.parameters) {
    weights.push_back({parameter.name, program_->read(parameter.name)});
  }
  return weights;
}

Weights StepProgram::read_parameters() const {
  Weights weights;
  for (const nn::Parameter& parameter : model_.parameters) {
    const SlotId average = program_->slots().find(average_name(parameter.name));
    weights.push_back({parameter.name, average ? program_->read(average) : program_->read(parameter.name)});
  }
  return weights;
}

void StepProgram::write(const Weights& weights) {
  for (const nn::Parameter& weight : weights) program_->write(weight.name, weight.value);
}

void StepProgram::check(const Weights& weights) const {
  const auto refuse = [](const std::string& found, const std::string& expected) {
    throw UserError(Fault::usage,
                    Report{"state of a training", found, expected, "the slots that Trainer::state() gave"});
  };
  for (const SlotId id : kept_) {
    const Slot& slot = program_->slots()[id];
    const auto given =
        std::find_if(weights.begin(), weights.end(), [&](const nn::Parameter& one) { return one.name == slot.name; });
    if (given == weights.end()) refuse("no " + printable(slot.name), to_string(slot.type));
    if (given->value.type() == slot.type) continue;
    refuse(printable(slot.name) + " of type " + to_string(given->value.type()), to_string(slot.type));
  }
  if (weights.size() != kept_.size()) {
    refuse(std::to_string(weights.size()) + " slots", std::to_string(kept_.size()));
  }
}

}  // namespace gradus
