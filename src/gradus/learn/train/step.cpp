#include "gradus/learn/train/step.hpp"

#include "gradus/core/grad/differentiate.hpp"
#include "gradus/core/graph/walk.hpp"
#include "gradus/core/ops/index.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/core/ops/reduce.hpp"

namespace gradus {
namespace {

Value features_input(Graph& graph, const nn::Model& model, std::int64_t rows) {
  std::vector<std::int64_t> sizes{rows};
  sizes.insert(sizes.end(), model.input.begin(), model.input.end());
  return graph.input(step_names::features, Shape(sizes), model.dtype);
}

/// The targets as the loss wants them: class numbers become one-hot rows, or 0 and 1 for a net with one output.
Value target_input(Graph& graph, const loss::Loss& loss, const BatchSpec& batch, Value prediction) {
  if (batch.classes == 0) return graph.input(step_names::target, Shape{batch.rows, batch.outputs}, prediction.dtype());
  const Value classes = graph.input(step_names::target, Shape{batch.rows}, DType::i64);
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
  value.graph->name_node(scalar, step_names::loss);
  return scalar;
}

/// Number of this step from 1, as f64 [].
Value step_number(nn::Scope& scope) { return cast(reshape(slice(scope.key(), 0, 1, 2), Shape{}), DType::f64) + 1.0; }

Value norm(const Values& parts) {
  Value total;
  for (Value part : parts) {
    const Value squares = sum(square(part));
    total = total ? total + squares : squares;
  }
  return sqrt(total);
}

/// A kind of the user's own may give back something else than it declares.
void check_update(const optim::Optimizer& optimizer, const optim::Update& next, Value parameter, const Values& state) {
  const auto refuse = [&](const std::string& found, const std::string& expected) {
    throw UserError(Fault::usage,
                    Report{"optimizer " + printable(optimizer.kind->name), found, expected, "its update() mended"});
  };
  const auto check = [&](const std::string& what, Value is, Value was) {
    if (!is || is.graph != was.graph || !(is.type() == was.type())) {
      refuse(what + (is ? " of type " + to_string(is.type()) : " that is no value"),
             to_string(was.type()) + ", as before the step");
    }
  };
  check("a parameter", next.parameter, parameter);
  if (next.state.size() != state.size()) {
    refuse(std::to_string(next.state.size()) + " next values of state",
           std::to_string(state.size()) + ", as it declares");
  }
  for (std::size_t i = 0; i < state.size(); ++i) check("a state value", next.state[i], state[i]);
}

/// The next parameters, in order; adds state inputs and the outputs of both.
Values append_updates(nn::Scope& scope, const optim::Optimizer& optimizer, const Values& parameters,
                      const Values& gradients) {
  Graph& graph = scope.graph();
  const Value rate = graph.input(step_names::learning_rate, Shape{}, DType::f64);
  const Value t = optim::counts_steps(optimizer) ? step_number(scope) : Value{};
  const optim::States specs = optim::states(optimizer);
  Values next;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const std::string& name = scope.parameters()[i].name;
    Values state;
    for (const optim::StateSpec& spec : specs) {
      state.push_back(graph.input(state_name(name, spec.name), optim::type_of(spec, parameters[i].type())));
    }
    const optim::Update update = optim::update(optimizer, {parameters[i], gradients[i], state, rate, t});
    check_update(optimizer, update, parameters[i], state);
    next.push_back(update.parameter);
    graph.output(name, update.parameter);
    for (std::size_t s = 0; s < state.size(); ++s) graph.output(state_name(name, specs[s].name), update.state[s]);
  }
  return next;
}

Values parameter_inputs(nn::Scope& scope) {
  Values parameters;
  for (const nn::ParameterSpec& spec : scope.parameters()) parameters.push_back(scope.graph().find_input(spec.name));
  if (parameters.empty()) {
    throw UserError(Fault::usage, Report{"net", "no parameters", "a layer that can learn", "nn::linear"});
  }
  return parameters;
}

/// Updates of all parameters, and the norms that are asked for.
void append_step(nn::Scope& scope, const optim::Optimizer& optimizer, const Values& parameters, const Values& gradients,
                 const StepOptions& options) {
  const Values next = append_updates(scope, optimizer, parameters, gradients);
  if (options.gradient_norm) scope.graph().output(step_names::gradient_norm, norm(gradients));
  if (!options.update_norm) return;
  Values moved;
  for (std::size_t i = 0; i < next.size(); ++i) moved.push_back(next[i] - parameters[i]);
  scope.graph().output(step_names::update_norm, norm(moved));
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

std::string sum_name(int level, const std::string& of) { return "sum " + std::to_string(level) + "/" + of; }

std::string state_name(const std::string& parameter, std::string_view state) {
  return "optim/" + parameter + "/" + std::string(state);
}

Graph training_step(const nn::Model& model, const loss::Loss& loss, const optim::Optimizer& optimizer,
                    const BatchSpec& batch, StepOptions options) {
  Graph graph;
  nn::Scope scope(graph, nn::Mode::training, model.dtype);
  const Value prediction = nn::forward(model, scope, features_input(graph, model, batch.rows));
  const Value value = loss_of(loss, prediction, target_input(graph, loss, batch, prediction));
  const Values parameters = parameter_inputs(scope);
  append_step(scope, optimizer, parameters, gradient(value, parameters), options);
  graph.output(step_names::loss, value);
  return graph;
}

std::string gradient_name(const std::string& parameter) { return "gradient/" + parameter; }

Graph gradient_step(const nn::Model& model, const loss::Loss& loss, const BatchSpec& batch) {
  Graph graph;
  nn::Scope scope(graph, nn::Mode::training, model.dtype);
  const Value prediction = nn::forward(model, scope, features_input(graph, model, batch.rows));
  const Value value = loss_of(loss, prediction, target_input(graph, loss, batch, prediction));
  const Values gradients = gradient(value, parameter_inputs(scope));
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    graph.output(gradient_name(scope.parameters()[i].name), gradients[i]);
  }
  return graph;
}

Graph part_step(const nn::Model& model, const loss::Loss& loss, const BatchSpec& batch, bool add) {
  Graph graph;
  nn::Scope scope(graph, nn::Mode::training, model.dtype);
  const Value features = features_input(graph, model, batch.rows);
  const Value key = graph.input(step_names::key, Shape{3}, DType::i64);
  const Value prediction = nn::forward(model, scope, features);
  check_rows_apart(features, prediction, key);
  Value value = loss_of(loss, prediction, target_input(graph, loss, batch, prediction));
  const Value share = graph.input(step_names::share, Shape{}, DType::f64);
  if (!loss.traits().sums) value = value * cast(share, value.dtype());
  const Values parameters = parameter_inputs(scope);
  const Values gradients = gradient(value, parameters);
  const auto put = [&](const std::string& name, Value part) {
    const Value sum = graph.input(sum_name(0, name), part.type());
    graph.output(sum_name(0, name), add ? sum + part : part);
  };
  for (std::size_t i = 0; i < parameters.size(); ++i) put(scope.parameters()[i].name, gradients[i]);
  put(step_names::loss, value);
  return graph;
}

Graph carry_step(const nn::Model& model, int level, bool add) {
  Graph graph;
  const auto carry = [&](const std::string& name, const Shape& shape) {
    const Value from = graph.input(sum_name(level, name), shape, model.dtype);
    const Value to = graph.input(sum_name(level + 1, name), shape, model.dtype);
    graph.output(sum_name(level + 1, name), add ? to + from : from);
  };
  for (const nn::ParameterSpec& spec : nn::parameters_of(model.net, model.input, model.dtype)) {
    carry(spec.name, spec.shape);
  }
  carry(step_names::loss, {});
  return graph;
}

Graph update_step(const nn::Model& model, const optim::Optimizer& optimizer, int level, StepOptions options) {
  Graph graph;
  nn::Scope scope(graph, nn::Mode::training, model.dtype);
  Values gradients;
  for (const nn::ParameterSpec& spec : nn::parameters_of(model.net, model.input, model.dtype)) {
    scope.parameter(spec.name, spec.shape, spec.init);
    gradients.push_back(graph.input(sum_name(level, spec.name), spec.shape, model.dtype));
  }
  append_step(scope, optimizer, parameter_inputs(scope), gradients, options);
  graph.output(step_names::loss, graph.input(sum_name(level, step_names::loss), Shape{}, model.dtype));
  return graph;
}

Graph evaluation_step(const nn::Model& model, const loss::Loss& loss, const BatchSpec& batch, bool with_loss) {
  Graph graph;
  nn::Scope scope(graph, nn::Mode::inference, model.dtype);
  const Value output = nn::forward(model, scope, features_input(graph, model, batch.rows));
  graph.output(step_names::prediction, loss.traits().finish != nullptr ? loss.traits().finish(output) : output);
  if (with_loss) graph.output(step_names::loss, loss_of(loss, output, target_input(graph, loss, batch, output)));
  return graph;
}

}  // namespace gradus
