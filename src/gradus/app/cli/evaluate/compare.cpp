#include "gradus/app/cli/evaluate/compare.hpp"

#include <algorithm>

#include "gradus/app/report/evaluation.hpp"
#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/train/agree.hpp"
#include "gradus/learn/train/evaluate.hpp"
#include "gradus/learn/train/pass.hpp"

namespace gradus::cli {
namespace {

/// The validation metrics of a linear model trained on the same rows; nothing where that would take long.
std::optional<Evaluation> linear_model(Engine& engine, const TrainingData& data, TrainOptions options) {
  constexpr std::int64_t steps = 1000, largest_work = 200'000'000;
  const std::int64_t batch = options.batch == 0 ? data.rows.rows() : std::min(options.batch, data.rows.rows());
  if (!data.schema.is_table() || batch * data.rows.row_size() * steps > largest_work) return std::nullopt;
  constexpr double rate = 0.03;
  options.optimizer = optim::adam({.learning_rate = rate});
  options.schedule = optim::cosine();
  options.groups.clear(), options.clipping = {}, options.average = 0;
  options.epochs = steps;
  options.steps = steps;
  options.seconds = options.tolerance = 0;
  options.target_loss.reset();
  options.patience = 0;
  options.observers.clear();
  try {
    Run run = train(engine, nn::with_outputs(nn::parse_net(""), outputs_of(data.rows)), data.rows, options);
    run.model.schema = data.schema;
    if (data.split.validation.empty()) return evaluate_in_units(engine, run.model, data.rows, options.metrics);
    if (!data.schema.target.linear())
      return evaluate_in_units(engine, run.model, data::take(data.rows, data.split.validation), options.metrics);
    if (run.history.empty() || !run.history.back().validation) return std::nullopt;
    return in_units(run.model, *run.history.back().validation);
  } catch (const Diverged&) {  // no reason to end with an error after the network was saved
    return std::nullopt;
  }
}

data::Dataset alone(const data::Dataset& rows, std::size_t target) {
  data::Dataset out = data::target_alone(rows, target);
  out.features = Tensor(DType::f32, Shape{rows.rows(), 0});
  return out;
}

}  // namespace

std::optional<Evaluation> each_target(
    const data::Schema& schema, const metric::Metrics& metrics, std::int64_t rows,
    const std::function<std::optional<Evaluation>(const data::Schema&, std::size_t, const metric::Metrics&)>& of) {
  Evaluation out;
  out.rows = rows;
  for (std::size_t i = 0; i < schema.several.size(); ++i) {
    data::Schema one = schema;
    one.target = schema.several[i], one.several.clear();
    const auto found = of(one, i, metrics_of_target(metrics, one.target.task == data::Task::classification));
    if (!found) return std::nullopt;
    const metric::Results results = named_results(one.target.name, found->metrics);
    out.metrics.insert(out.metrics.end(), results.begin(), results.end());
  }
  return out;
}

Evaluation guess_in_units(const data::Schema& schema, const data::Dataset& learnt, const data::Dataset& rows,
                          const metric::Metrics& metrics) {
  if (!schema.several.empty()) {
    return *each_target(schema, metrics, rows.rows(),
                        [&](const data::Schema& one, std::size_t i, const metric::Metrics& of_one) {
                          return guess_in_units(one, alone(learnt, i), alone(rows, i), of_one);
                        });
  }
  const Evaluation guess = baseline(decoded_targets(schema, learnt), decoded_targets(schema, rows), metrics);
  return schema.target.linear() ? report::scaled(guess, report::units_of(schema)) : guess;
}

data::Dataset targets_of(const data::Dataset& rows) {
  data::Dataset out = rows.features.bytes() < (std::size_t{1} << 20) ? rows : data::Dataset{};
  if (out.has_targets) return out;
  out.source = rows.source;
  out.features = Tensor(DType::f32, Shape{rows.rows(), 0});
  out.task = rows.task;
  out.has_targets = true;
  out.targets = rows.targets;
  out.class_names = rows.class_names;
  out.several = rows.several;
  return out;
}

std::vector<Comparison> compare(Engine& engine, const Run& run, const TrainingData& data, const TrainOptions& options) {
  std::vector<Comparison> out;
  const data::Dataset light = targets_of(data.rows);
  const data::Dataset learnt = data::take(light, data.split.train);
  const bool held_back = !data.split.validation.empty();
  Comparison first;
  if (held_back) {
    first = {"validation",
             evaluate_in_units(engine, run.model, data::take(data.rows, data.split.validation), options.metrics,
                               metric::Intervals::all),
             guess_in_units(data.schema, learnt, data::take(light, data.split.validation), options.metrics),
             {}};
  } else {
    first = {"training",
             evaluate_in_units(engine, run.model, data.rows, options.metrics),
             guess_in_units(data.schema, learnt, learnt, options.metrics),
             {}};
  }
  if (run.model.record.steps > 0) first.linear = linear_model(engine, data, options);
  out.push_back(first);
  if (data.test) {
    out.push_back({"test",
                   evaluate_in_units(engine, run.model, *data.test, options.metrics, metric::Intervals::all),
                   guess_in_units(data.schema, learnt, targets_of(*data.test), options.metrics),
                   {}});
  }
  return out;
}

}  // namespace gradus::cli
