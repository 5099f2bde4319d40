#include "gradus/learn/train/step.hpp"

#include "gradus/core/grad/differentiate.hpp"
#include "gradus/core/graph/walk.hpp"
#include "gradus/core/ops/index.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/learn/train/append_step.hpp"

namespace gradus {
namespace {

constexpr std::int64_t streams_per_phase = 1 << 20;

Value features_input(Graph& graph, const StepSlots& slots, const nn::Model& model, std::int64_t rows) {
  std::vector<std::int64_t> sizes{rows};
  sizes.insert(sizes.end(), model.input.begin(), model.input.end());
  return graph.input(slots.features, {model.dtype, Shape(sizes)});
}

/// The targets as the loss wants them: class numbers become one-hot rows, or 0 and 1 for a net with one output.
Value target_input(const StepSlots& slots, const loss::Loss& loss, const BatchSpec& batch, Value prediction) {
  Graph& graph = *prediction.graph;
  if (batch.classes == 0) return graph.input(slots.target, {prediction.dtype(), {batch.rows, batch.outputs}});
  const Value classes = graph.input(slots.target, {DType::i64, {batch.rows}});
  if (loss.traits().takes_classes) return classes;
  if (prediction.columns() == 1) return reshape(cast(classes, prediction.dtype()), Shape{batch.rows, 1});
  return one_hot(classes, batch.classes, prediction.dtype());
}

Value loss_of(const loss::Loss& loss, Value prediction, Value target) {
  const Value value = loss.build(prediction, target);
  if (!value || value.shape().count() != 1 || !is_floating(value.dtype())) {
    throw UserError(Fault::usage, Report{"loss " + printable(loss.name()), value ? to_string(value.type()) : "no value",
                                         "a single number", "mean() of it"});
  }
  const Value scalar = value.shape().rank() ? reshape(value, Shape{}) : value;
  value.graph->name_node(scalar, step_outputs::loss);
  return scalar;
}

/// Where the parts of a batch add up the gradient of a parameter; of no name, the loss.
Value sum_of(Graph& graph, int level, const std::string& parameter, const Type& type) {
  const std::string name = "sum " + std::to_string(level) + (parameter.empty() ? "" : "/" + parameter);
  return graph.state({.name = name, .type = type, .role = Role::sum});
}

/// Throws UserError unless row i of the prediction follows from row i of the features alone, and random numbers are
/// drawn by row.
void check_rows_apart(Value features, Value prediction, Value key) {
  const Graph& graph = *features.graph;
  std::vector<char> by_row(static_cast<std::size_t>(graph.size()));
  by_row[static_cast<std::size_t>(features.id)] = 1;
  const std::int64_t rows = features.rows();
  for (int id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    const std::vector<Type> types = input_types(graph, node);
    bool apart = true, reads = false;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      if (!by_row[static_cast<std::size_t>(node.inputs[i])]) continue;
      const Axis axis = node.op->axis ? node.op->axis(static_cast<int>(i), 0, types, node) : Axis{};
      reads = true;
      apart = apart && axis.kind == Axis::kept && axis.at == 0;
    }
    if (node.op->traits.random) {
      reads = true;
      apart = node.inputs[0] == key.id && node.type.shape.rank() > 0 && node.type.shape[0] == rows;
    }
    if (reads && apart) by_row[static_cast<std::size_t>(id)] = 1;
    if (!reads || apart) continue;
    const std::string name = node.label.empty() ? std::string(node.op->name) : printable(node.label);
    throw UserError(Fault::budget, Report{name, "rows of a batch that depend on one another",
                                          "rows that can be taken in parts", "a smaller --batch"});
  }
  if (by_row[static_cast<std::size_t>(prediction.id)]) return;
  throw UserError(Fault::usage, Report{"net", "a prediction that does not depend on the features", "one that does",
                                       "nn::linear(1) of them in the net"});
}

}  // namespace

StepSlots::StepSlots() : table(std::make_shared<SlotTable>()) {
  const auto input = [&](const char* name) { return table->declare({.name = name, .role = Role::input}); };
  features = input("features"), target = input("target"), key = input("key"), share = input("share");
  learning_rate = input("learning_rate");
}

SlotId StepSlots::rate(const std::string& phase, std::size_t group) const {
  std::string name = (phase.empty() ? "" : phase + " ") + "learning_rate";
  if (group > 0) name += " " + std::to_string(group);
  return table->declare({.name = std::move(name), .role = Role::input});
}

std::string state_name(const std::string& parameter, std::string_view state, const std::string& phase) {
  return "optim/" + (phase.empty() ? "" : phase + "/") + parameter + "/" + std::string(state);
}

std::string average_name(const std::string& parameter) { return "average/" + parameter; }

Batch batch_in(Graph& graph, const Shape& input, DType dtype, const BatchSpec& batch) {
  std::vector<std::int64_t> sizes{batch.rows};
  sizes.insert(sizes.end(), input.begin(), input.end());
  return {batch.rows,
          [&graph, sizes, dtype] {
            return graph.input("features", {dtype, Shape(sizes)});
          },
          [&graph, batch, dtype] {
            if (!batch.has_targets) {
              throw UserError(Fault::usage, Report{"target", "a dataset without targets", "one with a target a row",
                                                   "Batch::features()"});
            }
            if (batch.classes > 0) return graph.input("target", {DType::i64, {batch.rows}});
            return graph.input("target", {dtype, {batch.rows, batch.outputs}});
          }};
}

Graph phase_step(const StepSlots& slots, const Phase& phase, int number, const Shape& input, DType dtype,
                 const BatchSpec& batch, StepOptions options) {
  Graph graph(slots.table);
  nn::Scope scope(graph, nn::Mode::training, dtype, slots.key);
  scope.begin_streams(number * streams_per_phase);  // phases draw numbers of their own
  Batch inputs = batch_in(graph, input, dtype, batch);
  const Value value = loss_of(phase, scope, inputs);
  const Learnt learnt = learnt_of(scope, [&](const std::string& name) { return learns(phase, name); });
  append_step(scope, slots, phase.updates, learnt, gradient(value, learnt.values), options, phase.name);
  graph.output(step_outputs::loss, value);
  return graph;
}

Graph training_step(const StepSlots& slots, const nn::Model& model, const loss::Loss& loss,
                    const optim::Updates& updates, const BatchSpec& batch, StepOptions options) {
  Graph graph(slots.table);
  nn::Scope scope(graph, nn::Mode::training, model.dtype, slots.key);
  const Value prediction = nn::forward(model, scope, features_input(graph, slots, model, batch.rows));
  const Value value = loss_of(loss, prediction, target_input(slots, loss, batch, prediction));
  const Learnt learnt = learnt_of(scope, updates);
  append_step(scope, slots, updates, learnt, gradient(value, learnt.values), options);
  graph.output(step_outputs::loss, value);
  return graph;
}

std::string gradient_name(const std::string& parameter) { return "gradient/" + parameter; }

Graph gradient_step(const StepSlots& slots, const nn::Model& model, const loss::Loss& loss, const BatchSpec& batch) {
  Graph graph(slots.table);
  nn::Scope scope(graph, nn::Mode::training, model.dtype, slots.key);
  const Value prediction = nn::forward(model, scope, features_input(graph, slots, model, batch.rows));
  const Value value = loss_of(loss, prediction, target_input(slots, loss, batch, prediction));
  const Learnt learnt = learnt_of(scope, [](const std::string&) { return true; });
  const Values gradients = gradient(value, learnt.values);
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    graph.output(gradient_name(learnt.specs[i].name), gradients[i]);
  }
  return graph;
}

Graph part_step(const StepSlots& slots, const nn::Model& model, const loss::Loss& loss, const optim::Updates& updates,
                const BatchSpec& batch, bool add) {
  Graph graph(slots.table);
  nn::Scope scope(graph, nn::Mode::training, model.dtype, slots.key);
  const Value features = features_input(graph, slots, model, batch.rows);
  const Value key = graph.input(slots.key, {DType::i64, {3}});
  const Value prediction = nn::forward(model, scope, features);
  check_rows_apart(features, prediction, key);
  Value value = loss_of(loss, prediction, target_input(slots, loss, batch, prediction));
  const Value share = graph.input(slots.share, {DType::f64, {}});
  if (!loss.traits().sums) value = value * cast(share, value.dtype());
  const Learnt learnt = learnt_of(scope, updates);
  const Values gradients = gradient(value, learnt.values);
  const auto put = [&](const std::string& name, Value part) {
    const Value sum = sum_of(graph, 0, name, part.type());
    graph.next(sum, add ? sum + part : part);
  };
  for (std::size_t i = 0; i < gradients.size(); ++i) put(learnt.specs[i].name, gradients[i]);
  put("", value);
  return graph;
}

Graph carry_step(const StepSlots& slots, const nn::Model& model, const optim::Updates& updates, int level, bool add) {
  Graph graph(slots.table);
  const auto carry = [&](const std::string& name, const Shape& shape) {
    const Value from = sum_of(graph, level, name, {model.dtype, shape});
    const Value to = sum_of(graph, level + 1, name, {model.dtype, shape});
    graph.next(to, add ? to + from : from);
  };
  for (const nn::ParameterSpec& spec : nn::parameters_of(model.net, model.input, model.dtype)) {
    if (!optim::is_frozen(updates, spec.name)) carry(spec.name, spec.shape);
  }
  carry("", {});
  return graph;
}

Graph update_step(const StepSlots& slots, const nn::Model& model, const optim::Updates& updates, int level,
                  StepOptions options) {
  Graph graph(slots.table);
  nn::Scope scope(graph, nn::Mode::training, model.dtype, slots.key);
  Values gradients;
  for (const nn::ParameterSpec& spec : nn::parameters_of(model.net, model.input, model.dtype)) {
    if (optim::is_frozen(updates, spec.name)) continue;
    const Value parameter = scope.parameter(spec.name, spec.shape, spec.init);
    gradients.push_back(sum_of(graph, level, spec.name, parameter.type()));
  }
  append_step(scope, slots, updates, learnt_of(scope, updates), gradients, options);
  graph.output(step_outputs::loss, sum_of(graph, level, "", {model.dtype, {}}));
  return graph;
}

Graph evaluation_step(const StepSlots& slots, const nn::Model& model, const loss::Loss& loss, const BatchSpec& batch,
                      bool with_loss) {
  Graph graph(slots.table);
  nn::Scope scope(graph, nn::Mode::inference, model.dtype, slots.key);
  const Value output = nn::forward(model, scope, features_input(graph, slots, model, batch.rows));
  graph.output(step_outputs::prediction, loss.traits().finish != nullptr ? loss.traits().finish(output) : output);
  if (with_loss) graph.output(step_outputs::loss, loss_of(loss, output, target_input(slots, loss, batch, output)));
  return graph;
}

}  // namespace gradus
