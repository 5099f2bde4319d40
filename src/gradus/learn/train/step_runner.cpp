#include "gradus/learn/train/step_runner.hpp"

#include <cmath>

#include "gradus/core/ops/interpret.hpp"
#include "gradus/learn/data/batches.hpp"

namespace gradus {
namespace {

bool all_finite(ConstView view) {
  if (!is_floating(view.dtype())) return true;
  return visit_floating(view.dtype(), [&]<class T>(std::type_identity<T>) {
    for (T x : view.as<T>()) {
      if (!std::isfinite(x)) return false;
    }
    return true;
  });
}

/// What people call a node: its label, or the label of the nearest node after it.
std::string name_of(const Graph& graph, int id) {
  for (int i = id; i < graph.size(); ++i) {
    if (!graph.node(i).label.empty()) return printable(graph.node(i).label);
  }
  return std::string(graph.node(id).op->name);
}

}  // namespace

StepRunner::StepRunner(Engine& engine, const nn::Model& model, const loss::Loss& loss, const TrainOptions& options,
                       const data::Dataset& dataset, data::Split split)
    : model_(model), loss_(loss), dataset_(dataset), split_(std::move(split)), seed_(options.seed) {
  order_ = split_.train;
  batch_ = options.batch == 0 ? train_rows() : std::min(options.batch, train_rows());
  batches_ = data::batch_count(train_rows(), batch_);
  shuffles_ = batches_ > 1;
  update_norm_ = options.tolerance > 0;

  std::vector<Graph> graphs;
  BatchSpec batch = batch_spec(dataset);
  const auto add = [&](std::int64_t rows, bool gradient_norm) {
    batch.rows = rows;
    graphs.push_back(training_step(model, loss, options.optimizer, batch, {gradient_norm, update_norm_}));
    return static_cast<int>(graphs.size()) - 1;
  };
  // The last step of an epoch has a graph of its own anyway when it is short: it also tells the norm of the gradient,
  // which would cost every step a pass over all gradients.
  if (batches_ > 1) whole_ = add(batch_, false);
  last_ = add(train_rows() - (batches_ - 1) * batch_, true);
  if (validates()) {
    validation_ = add_pass(graphs, model, loss, batch, static_cast<std::int64_t>(split_.validation.size()), true);
  }
  for (Graph& graph : graphs) has_key_.push_back(static_cast<bool>(graph.find_input(step_names::key)));
  for (const Output& output : graphs[static_cast<std::size_t>(last_)].outputs()) {
    if (graphs[static_cast<std::size_t>(last_)].find_input(output.name)) names_.push_back(output.name);
  }
  program_ = std::make_unique<Program>(engine, std::move(graphs));
  write(model.parameters);
}

void StepRunner::begin_epoch(std::int64_t epoch) {
  if (shuffles_) data::shuffle_rows(split_.train, seed_, static_cast<std::uint64_t>(epoch), order_);
}

std::span<const std::int64_t> StepRunner::rows_of(std::int64_t index) const {
  return data::batch_rows(order_, batch_, index);
}

void StepRunner::feed(int graph, std::int64_t index, std::int64_t step, double learning_rate) {
  if (shuffles_ || fed_ != index) {
    data::gather_features(dataset_, rows_of(index), program_->input(graph, step_names::features));
    data::gather_targets(dataset_, rows_of(index), program_->input(graph, step_names::target));
    fed_ = index;
  }
  program_->input(graph, step_names::learning_rate).as<double>()[0] = learning_rate;
  if (!has_key_[static_cast<std::size_t>(graph)]) return;
  const auto key = program_->input(graph, step_names::key).as<std::int64_t>();
  key[0] = static_cast<std::int64_t>(seed_);
  key[1] = step;
}

StepResult StepRunner::step(std::int64_t index, std::int64_t step, double learning_rate) {
  const bool last = index == batches_ - 1;
  const int graph = last ? last_ : whole_;
  feed(graph, index, step, learning_rate);
  program_->run(graph);
  StepResult result{.loss = program_->output(graph, step_names::loss).number(),
                    .rows = static_cast<std::int64_t>(rows_of(index).size())};
  if (update_norm_) result.update_norm = program_->output(graph, step_names::update_norm).number();
  if (last) result.gradient_norm = program_->output(graph, step_names::gradient_norm).number();
  return result;
}

Evaluation StepRunner::validate() {
  fed_ = -1;  // graphs of equal batch size share their inputs
  return evaluate_pass(*program_, validation_, loss_, dataset_, split_.validation);
}

bool StepRunner::parameters_finite() const {
  for (const nn::Parameter& parameter : model_.parameters) {
    if (!all_finite(program_->read(parameter.name))) return false;
  }
  return true;
}

Weights StepRunner::read() const {
  Weights weights;
  for (const std::string& name : names_) weights.push_back({name, program_->read(name)});
  return weights;
}

void StepRunner::write(const Weights& weights) {
  for (const nn::Parameter& weight : weights) program_->write(weight.name, weight.value);
}

std::string StepRunner::first_not_finite(std::int64_t index, std::int64_t step) {
  const auto rows = rows_of(index);
  BatchSpec batch = batch_spec(dataset_);
  batch.rows = static_cast<std::int64_t>(rows.size());
  Graph graph = training_step(model_, loss_, optim::gradient_descent(), batch);
  std::vector<Binding> bindings;
  for (int id = 0; id < graph.size(); ++id) {
    if (graph.node(id).op != &input_op) continue;
    const std::string& name = graph.node(id).attrs.text("name");
    Tensor value(graph.node(id).type);
    if (name == step_names::features) data::gather_features(dataset_, rows, value.view());
    else if (name == step_names::target) data::gather_targets(dataset_, rows, value.view());
    else if (name == step_names::key) {
      value.as<std::int64_t>()[0] = static_cast<std::int64_t>(seed_);
      value.as<std::int64_t>()[1] = step;
    } else if (name != step_names::learning_rate) value = program_->read(name);
    bindings.push_back({graph.value(id), std::move(value)});
  }
  const std::vector<Tensor> values = interpret_all(graph, bindings);
  for (int id = 0; id < graph.size(); ++id) {
    if (!all_finite(values[static_cast<std::size_t>(id)])) return name_of(graph, id);
  }
  return "";
}

}  // namespace gradus
