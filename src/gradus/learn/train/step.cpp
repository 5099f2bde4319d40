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

std::string target_slot(std::string_view name) { return name.empty() ? "target" : "target " + std::string(name); }

Value features_input(Graph& graph, const StepSlots& slots, const nn::Model& model, std::int64_t rows) {
  std::vector<std::int64_t> sizes{rows};
  sizes.insert(sizes.end(), model.input.begin(), model.input.end());
  return graph.input(slots.features, {model.dtype, Shape(sizes)});
}

/// The targets as the loss wants them: class numbers become one-hot rows, or 0 and 1 for a net with one output.
Value target_input(SlotId slot, const loss::Loss& loss, std::int64_t rows, const TargetSpec& target, Value prediction) {
  Graph& graph = *prediction.graph;
  if (target.classes == 0) return graph.input(slot, {prediction.dtype(), {rows, target.outputs}});
  const Value classes = graph.input(slot, {DType::i64, {rows}});
  if (loss.traits().takes_classes) return classes;
  if (prediction.columns() == 1) return reshape(cast(classes, prediction.dtype()), Shape{rows, 1});
  return one_hot(classes, target.classes, prediction.dtype());
}

/// One number.
Value scalar_of(const loss::Loss& loss, Value prediction, Value target) {
  const Value value = loss.build(prediction, target);
  if (!value || value.shape().count() != 1 || !is_floating(value.dtype())) {
    throw UserError(Fault::usage, Report{"loss " + printable(loss.name()), value ? to_string(value.type()) : "no value",
                                         "a single number", "mean() of it"});
  }
  return value.shape().rank() ? reshape(value, Shape{}) : value;
}

/// The sum over several targets, each of its columns of the prediction.
Value sum_of_terms(const StepSlots& slots, const loss::Loss& loss, const BatchSpec& batch, Value prediction) {
  require(loss.terms.size() == batch.several.size(), "a loss of other targets than the batch has");
  Value sum;
  for (std::size_t i = 0; i < loss.terms.size(); ++i) {
    const loss::Loss& term = loss.terms[i];
    const Value own = columns_of(loss, i, prediction);
    const SlotId slot = slots.table->declare({.name = target_slot(term.target), .role = Role::input});
    Value value = scalar_of(term, own, target_input(slot, term, batch.rows, batch.several[i], own));
    value.graph->name_node(value, "loss of " + term.target);
    if (term.weight != 1) value = term.weight * value;
    sum = sum ? sum + value : value;
  }
  return sum;
}

Value loss_of(const StepSlots& slots, const loss::Loss& loss, const BatchSpec& batch, Value prediction) {
  Value value;
  if (loss.terms.empty()) {
    const TargetSpec target{batch.classes, batch.outputs};
    value = scalar_of(loss, prediction, target_input(slots.target, loss, batch.rows, target, prediction));
  } else {
    value = sum_of_terms(slots, loss, batch, prediction);
  }
  value.graph->name_node(value, step_outputs::loss);
  return value;
}

/// Where the parts of a batch add up the gradient of a parameter; of no name, the loss.
Value sum_of(Graph& graph, int level, const std::string& parameter, const Type& type) {
  const std::string name = "sum " + std::to_string(level) + (parameter.empty() ? "" : "/" + parameter);
  return graph.state({.name = name, .type = type, .role = Role::sum});
}

/// Throws UserError unless row i of the prediction follows from row i of the features and inputs alone, and random
/// numbers are drawn by row.
void check_rows_apart(Value features, const Values& inputs, Value prediction, Value key) {
  const Graph& graph = *features.graph;
  std::vector<char> by_row(static_cast<std::size_t>(graph.size()));
  by_row[static_cast<std::size_t>(features.id)] = 1;
  for (const Value input : inputs) by_row[static_cast<std::size_t>(input.id)] = 1;
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

SlotId StepSlots::input(std::string_view name) const { return table->find(nn::input_slot(name)); }

SlotId StepSlots::target_of(std::string_view name) const { return table->find(target_slot(name)); }

SlotId StepSlots::rate(const std::string& phase, std::size_t group) const {
  std::string name = (phase.empty() ? "" : phase + " ") + "learning_rate";
  if (group > 0) name += " " + std::to_string(group);
  return table->declare({.name = std::move(name), .role = Role::input});
}

std::string state_name(const std::string& parameter, std::string_view state, const std::string& phase) {
  return "optim/" + (phase.empty() ? "" : phase + "/") + parameter + "/" + std::string(state);
}

std::string average_name(const std::string& parameter) { return "average/" + parameter; }

namespace {

[[noreturn]] void refuse_target(const BatchSpec& batch, std::string_view name) {
  if (!batch.has_targets) {
    throw UserError(Fault::usage,
                    Report{"target", "a dataset without targets", "one with a target a row", "Batch::features()"});
  }
  std::string known;
  for (const TargetSpec& one : batch.several) known += (known.empty() ? "" : ", ") + one.name;
  throw UserError(
      Fault::usage,
      Report{"target", name.empty() ? "no name" : printable(name), known.empty() ? "one target, without a name" : known,
             known.empty() ? "Batch::target()" : "Batch::target(\"" + batch.several[0].name + "\")"});
}

Value target_in(Graph& graph, const BatchSpec& batch, DType dtype, std::string_view name) {
  TargetSpec target{batch.classes, batch.outputs};
  bool known = batch.has_targets && batch.several.empty() && name.empty();
  for (const TargetSpec& one : batch.several) {
    if (one.name == name) target = one, known = true;
  }
  if (!known) refuse_target(batch, name);
  const Type type = target.classes > 0 ? Type{DType::i64, {batch.rows}} : Type{dtype, {batch.rows, target.outputs}};
  const std::string slot = target_slot(name);
  const Value there = graph.find_input(slot);
  return there ? there : graph.input(slot, type);
}

}  // namespace

Batch batch_in(nn::Scope& scope, const NetInputs& inputs, const BatchSpec& batch) {
  std::vector<std::int64_t> sizes{batch.rows};
  sizes.insert(sizes.end(), inputs.features.begin(), inputs.features.end());
  Graph& graph = scope.graph();
  const DType dtype = scope.dtype();
  scope.begin_inputs(inputs.named, batch.rows);
  return {batch.rows,
          [&graph, sizes, dtype] {
            return graph.input("features", {dtype, Shape(sizes)});
          },
          [&scope](std::string_view name) { return scope.input(name); },
          [&graph, batch, dtype](std::string_view name) { return target_in(graph, batch, dtype, name); }};
}

Graph phase_step(const StepSlots& slots, const Phase& phase, int number, const NetInputs& from, DType dtype,
                 const BatchSpec& batch, StepOptions options) {
  Graph graph(slots.table);
  nn::Scope scope(graph, nn::Mode::training, dtype, slots.key);
  scope.begin_streams(number * streams_per_phase);  // phases draw numbers of their own
  Batch inputs = batch_in(scope, from, batch);
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
  const Value value = loss_of(slots, loss, batch, prediction);
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
  const Value value = loss_of(slots, loss, batch, prediction);
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
  check_rows_apart(features, scope.input_values(), prediction, key);
  Value value = loss_of(slots, loss, batch, prediction);
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
  for (const nn::ParameterSpec& spec : nn::parameters_of(model)) {
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
  for (const nn::ParameterSpec& spec : nn::parameters_of(model)) {
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
  graph.output(step_outputs::prediction, loss.finish(output));
  if (with_loss) graph.output(step_outputs::loss, loss_of(slots, loss, batch, output));
  return graph;
}

}  // namespace gradus
