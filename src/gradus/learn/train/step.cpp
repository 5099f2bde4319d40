#include "gradus/learn/train/step.hpp"

#include "gradus/core/grad/differentiate.hpp"
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
  if (loss.takes_classes) return classes;
  if (prediction.columns() == 1) return reshape(cast(classes, prediction.dtype()), Shape{batch.rows, 1});
  return one_hot(classes, batch.classes, prediction.dtype());
}

Value loss_of(const loss::Loss& loss, Value prediction, Value target) {
  const Value value = loss.build(prediction, target);
  if (!value || value.shape().count() != 1 || !is_floating(value.dtype())) {
    throw UserError(Fault::usage, Report{"loss " + printable(loss.name), value ? to_string(value.type()) : "no value",
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

/// The next parameters, in order; adds state inputs and the outputs of both.
Values append_updates(nn::Scope& scope, const optim::Optimizer& optimizer, const Values& parameters,
                      const Values& gradients) {
  Graph& graph = scope.graph();
  const Value rate = graph.input(step_names::learning_rate, Shape{}, DType::f64);
  const Value t = optimizer.counts_steps ? step_number(scope) : Value{};
  Values next;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const std::string& name = scope.parameters()[i].name;
    std::vector<Value> state;
    for (const std::string& s : optimizer.state)
      state.push_back(graph.input(state_name(name, s), parameters[i].type()));
    const optim::Update update = optimizer.build({parameters[i], gradients[i], state, rate, t});
    require(update.state.size() == state.size(), "an optimizer must return the state it declares");
    next.push_back(update.parameter);
    graph.output(name, update.parameter);
    for (std::size_t s = 0; s < state.size(); ++s) graph.output(state_name(name, optimizer.state[s]), update.state[s]);
  }
  return next;
}

}  // namespace

std::string state_name(const std::string& parameter, const std::string& state) {
  return "optim/" + parameter + "/" + state;
}

Graph training_step(const nn::Model& model, const loss::Loss& loss, const optim::Optimizer& optimizer,
                    const BatchSpec& batch, StepOptions options) {
  Graph graph;
  nn::Scope scope(graph, nn::Mode::training, model.dtype);
  const Value prediction = nn::forward(model, scope, features_input(graph, model, batch.rows));
  const Value value = loss_of(loss, prediction, target_input(graph, loss, batch, prediction));
  Values parameters;
  for (const nn::ParameterSpec& spec : scope.parameters()) parameters.push_back(graph.find_input(spec.name));
  if (parameters.empty()) {
    throw UserError(Fault::usage, Report{"net", "no parameters", "a layer that can learn", "nn::linear"});
  }
  const Values gradients = gradient(value, parameters);
  const Values next = append_updates(scope, optimizer, parameters, gradients);
  graph.output(step_names::loss, value);
  if (options.gradient_norm) graph.output(step_names::gradient_norm, norm(gradients));
  if (options.update_norm) {
    Values moved;
    for (std::size_t i = 0; i < next.size(); ++i) moved.push_back(next[i] - parameters[i]);
    graph.output(step_names::update_norm, norm(moved));
  }
  return graph;
}

Graph evaluation_step(const nn::Model& model, const loss::Loss& loss, const BatchSpec& batch, bool with_loss) {
  Graph graph;
  nn::Scope scope(graph, nn::Mode::inference, model.dtype);
  const Value output = nn::forward(model, scope, features_input(graph, model, batch.rows));
  graph.output(step_names::prediction, loss.finish ? loss.finish(output) : output);
  if (with_loss) graph.output(step_names::loss, loss_of(loss, output, target_input(graph, loss, batch, output)));
  return graph;
}

}  // namespace gradus
