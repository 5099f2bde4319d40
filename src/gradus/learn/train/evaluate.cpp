#include "gradus/learn/train/evaluate.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "gradus/core/base/nearest.hpp"
#include "gradus/learn/data/dataset_checks.hpp"
#include "gradus/learn/data/shortest.hpp"
#include "gradus/learn/nn/gives.hpp"
#include "gradus/learn/train/feeder.hpp"
#include "gradus/learn/train/known_classes.hpp"
#include "gradus/learn/train/pass.hpp"
#include "gradus/learn/train/predictor.hpp"

namespace gradus {
namespace {

void check_features(const TrainedModel& model, const data::Dataset& dataset) {
  require_inputs(model.network.inputs, dataset);
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

/// Numbers of the rows whose class the model knows (all of a regression), and of the others.
struct ByKnowledge {
  std::vector<std::int64_t> known, unknown;
};

/// Throws UserError when no row is of a known class.
ByKnowledge by_knowledge(const TrainedModel& model, const data::Dataset& dataset, const data::Dataset& targets) {
  ByKnowledge out;
  for (std::int64_t row = 0; row < dataset.rows(); ++row) {
    const bool unseen = targets.task == data::Task::classification &&
                        targets.targets.as<std::int64_t>()[static_cast<std::size_t>(row)] == unseen_class;
    (unseen ? out.unknown : out.known).push_back(row);
  }
  if (out.known.empty()) refuse_unseen(model, dataset, targets);
  return out;
}

Program program_for(Engine& engine, const TrainedModel& model, std::vector<Graph> graphs) {
  Program program(engine, std::move(graphs), {.products = model.network.products});
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

TrainedModel target_model(const TrainedModel& model, std::size_t target) {
  require(target < model.targets.size(), "a target that the model does not have");
  TrainedModel out = model;
  const PredictedTarget& chosen = model.targets[target];
  const loss::Loss& term = model.loss.terms[target];
  std::int64_t first = 0;
  for (std::size_t i = 0; i < target; ++i) first += model.loss.terms[i].columns;
  out.network.net = nn::with_last(model.network.net, nn::columns(first, term.columns));
  out.loss = term;
  out.loss.target.clear(), out.loss.weight = 1, out.loss.columns = 1;
  out.task = chosen.task, out.class_names = chosen.class_names;
  out.targets.clear();
  if (out.schema) out.schema->target = model.schema->several[target], out.schema->several.clear();
  return out;
}

data::Dataset with_target(const TrainedModel& model, std::size_t target, data::Dataset dataset) {
  const std::string& name = model.targets[target].name;
  for (data::Target& one : dataset.several) {
    if (one.name != name) continue;
    dataset.task = one.task;
    dataset.targets = std::move(one.values);
    dataset.class_names = std::move(one.class_names);
    dataset.several.clear();
    return dataset;
  }
  throw UserError(Fault::data, Report{printable(dataset.source), "no target " + printable(name),
                                      "the targets that the model predicts", "the targets of the training data"});
}

Tensor target_columns(const TrainedModel& model, std::size_t target, const Tensor& prediction) {
  std::int64_t first = 0;
  for (std::size_t i = 0; i < target; ++i) first += model.loss.terms[i].columns;
  const std::int64_t count = model.loss.terms[target].columns, rows = prediction.shape()[0];
  Tensor out(prediction.dtype(), {rows, count});
  visit_floating(out.dtype(), [&]<class T>(std::type_identity<T>) {
    const auto from = prediction.as<T>();
    const auto to = out.as<T>();
    for (std::int64_t i = 0; i < out.count(); ++i) {
      const std::int64_t at = i / count * prediction.shape()[1] + first + i % count;
      to[static_cast<std::size_t>(i)] = from[static_cast<std::size_t>(at)];
    }
  });
  return out;
}

namespace {

/// `one` for each target, whose metrics are joined and whose losses are added up.
Evaluation evaluate_each(
    const TrainedModel& model, const data::Dataset& dataset, const metric::Metrics& metrics,
    const std::function<Evaluation(const TrainedModel&, const data::Dataset&, const metric::Metrics&)>& one) {
  Evaluation out;
  for (std::size_t i = 0; i < model.targets.size(); ++i) {
    const bool classes = model.targets[i].task == data::Task::classification;
    const Evaluation of =
        one(target_model(model, i), with_target(model, i, dataset), metrics_of_target(metrics, classes));
    const metric::Results results = named_results(model.targets[i].name, of.metrics);
    out.metrics.insert(out.metrics.end(), results.begin(), results.end());
    out.rows = of.rows;
    out.loss += model.loss.terms[i].weight * of.loss;
    out.unseen = std::max(out.unseen, of.unseen);
    if (of.not_finite.count > out.not_finite.count) out.not_finite = of.not_finite;
  }
  return out;
}

}  // namespace

Evaluation evaluate(Engine& engine, const TrainedModel& model, const data::Dataset& dataset,
                    const metric::Metrics& metrics, metric::Intervals intervals) {
  if (!model.targets.empty()) {
    return evaluate_each(model, dataset, metrics,
                         [&](const TrainedModel& of, const data::Dataset& rows, const auto& asked) {
                           return evaluate(engine, of, rows, asked, intervals);
                         });
  }
  check_features(model, dataset);
  check_targets(model, dataset);
  data::require_finite(dataset);
  const data::Dataset targets = targets_for(model, dataset);
  const ByKnowledge rows = by_knowledge(model, dataset, targets);
  Scoring scoring(metrics.empty() ? metric::usual_metrics(model.task == data::Task::classification) : metrics,
                  model.network, model.loss, dataset, targets, nullptr, intervals);
  std::vector<Graph> graphs;
  const StepSlots slots;
  const Pass known =
      add_pass(graphs, slots, model.network, model.loss, batch_spec(targets), std::ssize(rows.known), true);
  const Pass unknown = add_pass(graphs, slots, model.network, model.loss, {}, std::ssize(rows.unknown), false);
  Program program = program_for(engine, model, std::move(graphs));
  scoring.run(program, known, rows.known);
  scoring.run(program, unknown, rows.unknown);
  return scoring.finish();
}

void Predictor::prepare(std::int64_t rows) {
  const bool whole = rows >= pass_batch;
  const std::int64_t last = rows % pass_batch;
  if (program_ && whole == whole_ && last == last_) return;
  std::vector<Graph> graphs;
  pass_ = add_pass(graphs, StepSlots(), model_->network, model_->loss, {}, rows, false);
  program_.emplace(program_for(*engine_, *model_, std::move(graphs)));
  whole_ = whole, last_ = last;
}

Tensor Predictor::operator()(const data::Dataset& dataset) {
  const Type type{model_->network.dtype, {dataset.rows(), nn::output_count(model_->network)}};
  if (dataset.rows() == 0) return Tensor(type);
  check_features(*model_, dataset);
  prepare(dataset.rows());
  return predict_pass(*program_, pass_, type, dataset);
}

Tensor predict(Engine& engine, const TrainedModel& model, const data::Dataset& dataset) {
  return Predictor(engine, model)(dataset);
}

Tensor predict(Engine& engine, const TrainedModel& model, const Tensor& features) {
  data::Dataset dataset;
  dataset.source = "features";
  dataset.features = features;
  return predict(engine, model, dataset);
}

namespace {

/// Of several targets, beside one another.
Tensor in_units_of_each(const TrainedModel& model, const Tensor& prediction) {
  Tensor out(DType::f64, prediction.shape());
  std::int64_t first = 0;
  for (std::size_t i = 0; i < model.targets.size(); ++i) {
    const Tensor one = in_units(target_model(model, i), target_columns(model, i, prediction));
    const std::int64_t columns = one.shape()[1];
    for (std::int64_t at = 0; at < one.count(); ++at) {
      out.set(at / columns * out.shape()[1] + first + at % columns, one.number(at));
    }
    first += model.loss.terms[i].columns;
  }
  return out;
}

}  // namespace

Tensor in_units(const TrainedModel& model, const Tensor& prediction) {
  if (!model.targets.empty()) return in_units_of_each(model, prediction);
  const DType dtype = prediction.dtype();
  const bool classes = model.task == data::Task::classification;
  if (classes && prediction.shape().last() == 1) return both_classes(prediction);
  Tensor out = prediction.cast(DType::f64);
  for (double& x : out.as<double>()) {
    x = classes || !model.schema ? data::shortest(x, dtype) : data::shortest_decoded(model.schema->target, x, dtype);
  }
  return out;
}

Evaluation in_units(const TrainedModel& model, Evaluation evaluation) {
  for (std::size_t i = 0; i < model.targets.size() && model.schema; ++i) {
    const data::TargetEncoding& target = model.schema->several[i];
    if (target.task != data::Task::regression || !target.linear()) continue;
    for (metric::Result& one : evaluation.metrics) {
      if (one.name.starts_with(target.name + "/")) one = metric::scaled({one}, target.scaling.deviation)[0];
    }
  }
  if (!model.targets.empty()) return evaluation;
  if (evaluation.task != data::Task::regression || !model.schema || !model.schema->target.linear()) return evaluation;
  evaluation.metrics = metric::scaled(std::move(evaluation.metrics), model.schema->target.scaling.deviation);
  return evaluation;
}

data::Dataset decoded_targets(const data::Schema& schema, data::Dataset targets) {
  if (schema.target.task != data::Task::regression || schema.target.linear()) return targets;
  targets.targets = targets.targets.cast(DType::f64);
  for (double& x : targets.targets.as<double>()) x = schema.target.decode(x);
  return targets;
}

Evaluation evaluate_in_units(Engine& engine, const TrainedModel& model, const data::Dataset& dataset,
                             const metric::Metrics& metrics, metric::Intervals intervals) {
  if (!model.targets.empty()) {
    return evaluate_each(model, dataset, metrics,
                         [&](const TrainedModel& of, const data::Dataset& rows, const auto& asked) {
                           return evaluate_in_units(engine, of, rows, asked, intervals);
                         });
  }
  Evaluation out = in_units(model, evaluate(engine, model, dataset, metrics, intervals));
  if (out.task != data::Task::regression || !model.schema || model.schema->target.linear()) return out;
  metric::Measurement measurement(metrics.empty() ? metric::usual_metrics(false) : metrics, {.intervals = intervals});
  const Tensor predicted = in_units(model, predict(engine, model, dataset));
  const data::Dataset targets = decoded_targets(*model.schema, dataset);
  measurement.add({predicted, targets.targets});
  out.metrics = measurement.finish();
  return out;
}

namespace {

/// The share of the rows that each class has: the most frequent one is the likeliest.
std::vector<double> class_shares(const data::Dataset& rows, std::int64_t classes) {
  std::vector<double> shares(static_cast<std::size_t>(classes));
  for (const std::int64_t c : rows.targets.as<std::int64_t>()) {
    shares[static_cast<std::size_t>(c)] += 1.0 / static_cast<double>(std::max<std::int64_t>(rows.rows(), 1));
  }
  return shares;
}

/// Of the dataset that has more; numbers where there are no names.
std::vector<std::string> names_of_classes(const data::Dataset& train, const data::Dataset& test) {
  std::vector<std::string> names = train.classes() >= test.classes() ? train.class_names : test.class_names;
  for (const data::Dataset* rows : {&train, &test}) {
    for (const std::int64_t c : rows->targets.as<std::int64_t>()) {
      while (std::ssize(names) <= c) names.push_back(std::to_string(names.size()));
    }
  }
  return names;
}

std::vector<double> means(const data::Dataset& rows) {
  const std::int64_t outputs = rows.targets.shape().last();
  std::vector<double> means(static_cast<std::size_t>(outputs));
  for (std::int64_t i = 0; i < rows.targets.count(); ++i) {
    double& mean = means[static_cast<std::size_t>(i % outputs)];
    const std::int64_t row = i / outputs;
    mean += (rows.targets.number(i) - mean) / static_cast<double>(row + 1);
  }
  return means;
}

}  // namespace

Evaluation baseline(const data::Dataset& train, const data::Dataset& test, const metric::Metrics& metrics) {
  const bool classes = train.task == data::Task::classification;
  Evaluation out;
  out.task = train.task;
  out.rows = test.rows();
  metric::Subject subject;
  if (classes) subject.classes = names_of_classes(train, test);
  const std::vector<double> guess = classes ? class_shares(train, std::ssize(subject.classes)) : means(train);
  subject.outputs = std::ssize(guess);
  Tensor prediction(DType::f64, {out.rows, subject.outputs});
  for (std::int64_t i = 0; i < prediction.count(); ++i) {
    prediction.set(i, guess[static_cast<std::size_t>(i % subject.outputs)]);
  }
  metric::Measurement measurement(metrics.empty() ? metric::usual_metrics(classes) : metrics, subject);
  measurement.add({prediction, test.targets});
  out.metrics = measurement.finish();
  return out;
}

}  // namespace gradus
