#include "gradus/learn/train/evaluate.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "gradus/core/base/nearest.hpp"
#include "gradus/learn/data/dataset_checks.hpp"
#include "gradus/learn/data/shortest.hpp"
#include "gradus/learn/train/known_classes.hpp"
#include "gradus/learn/train/pass.hpp"

namespace gradus {
namespace {

void check_features(const TrainedModel& model, const data::Dataset& dataset) {
  if (dataset.row_size() == model.network.input.count()) return;
  throw UserError(Fault::data, Report{printable(dataset.source), std::to_string(dataset.row_size()) + " features a row",
                                      std::to_string(model.network.input.count()) + ", as the model was trained on",
                                      "the columns or images of the training data"});
}

void check_targets(const TrainedModel& model, const data::Dataset& dataset) {
  const auto refuse = [&](const std::string& found, const std::string& expected, const std::string& remedy) {
    throw UserError(Fault::data, Report{printable(dataset.source), found, expected, remedy});
  };
  if (dataset.rows() == 0) refuse("no rows", "at least one to evaluate on", "rows like those of the training data");
  if (!dataset.has_targets)
    refuse("no target column", "the column that the model predicts", "gradus predict, which needs no targets");
  data::check(dataset);
  if (dataset.task != model.task) {
    const bool classes = model.task == data::Task::classification;
    refuse(classes ? "numbers as targets" : "classes as targets", classes ? "classes" : "numbers",
           "the target column of the training data");
  }
}

[[noreturn]] void refuse_unseen(const TrainedModel& model, const data::Dataset& dataset, const data::Dataset& targets) {
  constexpr std::size_t most = 10;
  std::string known;
  for (std::size_t i = 0; i < std::min(most, model.class_names.size()); ++i) {
    known += (i ? ", " : "") + printable(model.class_names[i]);
  }
  if (model.class_names.size() > most) known += ", ...";
  const std::vector<ClassRows> unseen = unseen_classes(dataset, targets);
  const std::string& first = unseen.front().name;
  const std::string close = nearest(first, model.class_names);
  throw UserError(
      Fault::data,
      Report{printable(dataset.source), "only classes that the model does not know: " + list_classes(unseen),
             "classes that it learnt: " + known,
             close.empty() ? "rows of those classes" : printable(close) + " for " + printable(first)});
}

/// Numbers of the rows whose class the model knows; all of a regression. Throws UserError when there is none.
std::vector<std::int64_t> known_rows(const TrainedModel& model, const data::Dataset& dataset,
                                     const data::Dataset& targets) {
  std::vector<std::int64_t> rows(static_cast<std::size_t>(dataset.rows()));
  std::iota(rows.begin(), rows.end(), 0);
  if (targets.task == data::Task::regression) return rows;
  const auto classes = targets.targets.as<std::int64_t>();
  std::erase_if(rows, [&](std::int64_t row) { return classes[static_cast<std::size_t>(row)] == unseen_class; });
  if (rows.empty()) refuse_unseen(model, dataset, targets);
  return rows;
}

Program program_for(Engine& engine, const TrainedModel& model, std::vector<Graph> graphs) {
  ProgramOptions options{.products = model.network.products};
  for (const nn::Parameter& parameter : model.network.parameters) options.parameters.push_back(parameter.name);
  Program program(engine, std::move(graphs), options);
  for (const nn::Parameter& parameter : model.network.parameters) program.write(parameter.name, parameter.value);
  return program;
}

/// [rows, 2] of the probabilities [rows, 1] of class 1.
Tensor both_classes(const Tensor& prediction) {
  const std::int64_t rows = prediction.shape()[0];
  Tensor out(DType::f64, {rows, 2});
  for (std::int64_t row = 0; row < rows; ++row) {
    const double p = prediction.number(row);
    out.set(2 * row, data::shortest(1 - p, prediction.dtype()));
    out.set(2 * row + 1, data::shortest(p, prediction.dtype()));
  }
  return out;
}

}  // namespace

Evaluation evaluate(Engine& engine, const TrainedModel& model, const data::Dataset& dataset) {
  check_features(model, dataset);
  check_targets(model, dataset);
  data::require_finite(dataset);
  const data::Dataset targets = targets_for(model, dataset);
  const std::vector<std::int64_t> rows = known_rows(model, dataset, targets);
  std::vector<Graph> graphs;
  const Pass pass = add_pass(graphs, model.network, model.loss, batch_spec(targets), std::ssize(rows), true);
  Program program = program_for(engine, model, std::move(graphs));
  Evaluation out = evaluate_pass(program, pass, model.loss, dataset, targets, rows);
  out.rows = dataset.rows();
  out.unseen = out.rows - std::ssize(rows);
  if (out.unseen == 0) return out;
  out.accuracy = static_cast<double>(out.correct) / static_cast<double>(out.rows);
  out.interval = nn::wilson(out.correct, out.rows);
  return out;
}

Tensor predict(Engine& engine, const TrainedModel& model, const data::Dataset& dataset) {
  const Type type{model.network.dtype, {dataset.rows(), nn::output_count(model.network)}};
  if (dataset.rows() == 0) return Tensor(type);
  check_features(model, dataset);
  std::vector<Graph> graphs;
  const Pass pass = add_pass(graphs, model.network, model.loss, {}, dataset.rows(), false);
  Program program = program_for(engine, model, std::move(graphs));
  return predict_pass(program, pass, type, dataset);
}

Tensor predict(Engine& engine, const TrainedModel& model, const Tensor& features) {
  data::Dataset dataset;
  dataset.source = "features";
  dataset.features = features;
  return predict(engine, model, dataset);
}

Tensor in_units(const TrainedModel& model, const Tensor& prediction) {
  const DType dtype = prediction.dtype();
  const bool classes = model.task == data::Task::classification;
  if (classes && prediction.shape().last() == 1) return both_classes(prediction);
  Tensor out = prediction.cast(DType::f64);
  for (double& x : out.as<double>()) {
    x = classes || !model.schema ? data::shortest(x, dtype)
                                 : data::shortest_decoded(model.schema->target.scaling, x, dtype);
  }
  return out;
}

Evaluation in_units(const TrainedModel& model, Evaluation evaluation) {
  if (evaluation.task != data::Task::regression || !model.schema) return evaluation;
  const double deviation = model.schema->target.scaling.deviation;
  evaluation.mse *= deviation * deviation;
  evaluation.mae *= deviation;
  return evaluation;
}

Evaluation baseline(const data::Dataset& train, const data::Dataset& test) {
  Evaluation out;
  out.task = train.task;
  out.rows = test.rows();
  if (train.task == data::Task::classification) {
    std::map<std::int64_t, std::int64_t> counts;
    for (std::int64_t c : train.targets.as<std::int64_t>()) ++counts[c];
    std::int64_t majority = 0;
    for (const auto& [c, count] : counts) {
      if (count > counts[majority]) majority = c;
    }
    for (std::int64_t c : test.targets.as<std::int64_t>()) out.correct += c == majority;
    out.accuracy = static_cast<double>(out.correct) / static_cast<double>(std::max<std::int64_t>(out.rows, 1));
    out.interval = nn::wilson(out.correct, out.rows);
    return out;
  }
  double mean = 0;
  for (std::int64_t i = 0; i < train.targets.count(); ++i) {
    mean += (train.targets.number(i) - mean) / static_cast<double>(i + 1);
  }
  nn::Errors errors;
  errors.add(Tensor::full(test.targets.type(), mean), test.targets);
  out.mse = errors.mse();
  out.mae = errors.mae();
  out.r2 = errors.r2();
  out.loss = out.mse;
  return out;
}

}  // namespace gradus
