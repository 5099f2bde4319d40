#include "gradus/app/explain/network_loss.hpp"

#include "gradus/learn/train/feeder.hpp"
#include "gradus/learn/train/known_classes.hpp"
#include "gradus/learn/train/pass.hpp"

namespace gradus::explain {

TrainedModel in_f64(TrainedModel model) {
  model.network.dtype = DType::f64;
  for (nn::Parameter& parameter : model.network.parameters) parameter.value = parameter.value.cast(DType::f64);
  return model;
}

namespace {

/// Throws UserError for a row of a class that the model does not know, which has no loss.
void require_known(const data::Dataset& dataset, const data::Dataset& targets, std::span<const std::int64_t> rows) {
  for (std::size_t i = 0; i < targets.several.size(); ++i) {
    require_known(data::target_alone(dataset, i), data::target_alone(targets, i), rows);
  }
  if (!targets.several.empty() || targets.task == data::Task::regression) return;
  for (const std::int64_t row : rows) {
    if (targets.targets.as<std::int64_t>()[static_cast<std::size_t>(row)] != unseen_class) continue;
    const auto own = static_cast<std::size_t>(dataset.targets.as<std::int64_t>()[static_cast<std::size_t>(row)]);
    throw UserError(Fault::data, Report{printable(dataset.source) + ", row " + std::to_string(row + 1),
                                        "class " + printable(dataset.class_names[own]),
                                        "one of the " + std::to_string(targets.class_names.size()) +
                                            " classes that the model learnt",
                                        "another row"});
  }
}

}  // namespace

NetworkLoss network_loss(const TrainedModel& given, const data::Dataset& dataset, std::span<const std::int64_t> rows) {
  const TrainedModel model = in_f64(given);
  const data::Dataset targets = targets_for(model, dataset);
  require_known(dataset, targets, rows);
  BatchSpec batch = batch_spec(targets);
  batch.rows = static_cast<std::int64_t>(rows.size());
  NetworkLoss out;
  const StepSlots slots;
  out.graph = std::make_unique<Graph>(evaluation_step(slots, model.network, model.loss, batch, true));
  out.loss = out.graph->find_output(step_outputs::loss);
  out.prediction = out.graph->find_output(step_outputs::prediction);
  for (const nn::Parameter& parameter : model.network.parameters) {
    const Value value = out.graph->find_input(parameter.name);
    if (!parameter.running) out.parameters.push_back(value);
    out.bindings.push_back({value, parameter.value});
  }
  out.features = out.graph->find_input(slots.features), out.target = out.graph->find_input(slots.target);
  for (int id = 0; id < out.graph->size(); ++id) {
    if (out.graph->node(id).op != &input_op) continue;
    const Value value = out.graph->value(id);
    Tensor numbers(value.type());
    if (gather_slot(slots, slot_of(value), dataset, targets, rows, numbers.view())) {
      out.bindings.push_back({value, std::move(numbers)});
    }
  }
  return out;
}

}  // namespace gradus::explain
