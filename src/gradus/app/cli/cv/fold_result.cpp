#include "gradus/app/cli/cv/fold_result.hpp"

#include <algorithm>
#include <utility>

#include "gradus/app/cli/arguments/choose_metrics.hpp"
#include "gradus/app/cli/arguments/defaults.hpp"
#include "gradus/app/cli/evaluate/compare.hpp"
#include "gradus/app/cli/train/first_weights.hpp"
#include "gradus/app/cli/train/interrupt.hpp"
#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/tables/fit.hpp"
#include "gradus/learn/tables/folds.hpp"
#include "gradus/learn/tables/join.hpp"
#include "gradus/learn/train/agree.hpp"
#include "gradus/learn/train/evaluate.hpp"
#include "gradus/learn/train/pass.hpp"
#include "gradus/learn/train/trainer.hpp"

namespace gradus::cli {
namespace {

/// The places of `rows` in `among`, which has them all; both ascending.
std::vector<std::int64_t> places_in(std::span<const std::int64_t> among, std::span<const std::int64_t> rows) {
  std::vector<std::int64_t> out;
  for (const std::int64_t row : rows) out.push_back(std::lower_bound(among.begin(), among.end(), row) - among.begin());
  return out;
}

/// As gradus train of a single net.
TrainedModel train_net(Engine& engine, const data::Dataset& rows, const TrainingData& data, const Settings& said,
                       FoldResult& out) {
  const Settings all = with_defaults(said, {false, std::ssize(data.split.train), std::ssize(data.split.validation)});
  TrainOptions options = to_options(all);
  options.split = data.split, options.schema = data.schema;
  options.metrics = choose_metrics(all.metrics, data.schema);
  const nn::Layer net = nn::with_outputs(nn::parse_net(*all.net), outputs_of(rows));
  const Decided decided = decide(net, rows, options, engine);
  nn::Model model = decided.make_model();
  if (all.init.said()) initialize(model, init::Init(all.init.recipe()), *all.seed);
  options.observers = {{.should_stop = [] { return Interrupt::requested() != 0; }}};
  const auto finish = [&](const Run& run) {
    out.steps = run.model.record.steps, out.seconds = run.model.record.seconds;
    return run.model;
  };
  try {
    Trainer trainer(engine, decided, std::move(model), rows, options);
    while (!trainer.stopped()) trainer.step();
    return finish(std::move(trainer).run());
  } catch (const Diverged& diverged) {
    if (diverged.run().best_epoch == 0) throw;
    out.notes.emplace_back(std::string(diverged.what()) + "; its best epoch is tried");
    return finish(diverged.run());
  }
}

/// As gradus train of a table with the recipe for tables.
TrainedModel train_recipe(Engine& engine, const data::Dataset& rows, const TrainingData& data, const Settings& said,
                          FoldResult& out) {
  const Settings all = with_defaults(said, {});
  tables::FitOptions options{
      .plan = tables::make_plan(*data.effort, tables::shape_of(rows, data.schema, deals_folds(said))),
      .seed = *all.seed,
      .seconds = said.within.value_or(0)};
  options.should_stop = [] { return Interrupt::requested() != 0; };
  tables::Fit fit = tables::fit(engine, rows, data.split, data.schema, options);
  out.chosen = fit.candidates[fit.chosen].name;
  out.notes = std::move(fit.notes);
  out.steps = fit.model.record.steps, out.seconds = fit.model.record.seconds;
  return std::move(fit.model);
}

/// Ridge or logistic regression of one target, with the penalty that is best in folds of these rows.
std::optional<Evaluation> linear_model(Engine& engine, const data::Dataset& rows, const data::Dataset& tried,
                                       const data::Schema& schema, std::uint64_t seed, const metric::Metrics& metrics) {
  constexpr std::int64_t most_folds = 5, least = 2;
  if (rows.rows() < least) return std::nullopt;
  const auto splits = tables::make_folds(rows, std::min(most_folds, rows.rows()), seed);
  const auto fit = tables::fit_linear(rows, splits, tables::linear_features(schema));
  if (!fit) return std::nullopt;
  TrainedModel model{.network = tables::as_net(fit->model, rows.features.dtype()),
                     .loss = rows.task == data::Task::classification ? loss::cross_entropy : loss::mse,
                     .task = rows.task,
                     .class_names = rows.class_names,
                     .schema = schema,
                     .record = {}};
  return evaluate_in_units(engine, model, tried, metrics);
}

data::Dataset with_features(const data::Dataset& rows, std::size_t target) {
  data::Dataset out = data::target_alone(rows, target);
  out.features = rows.features;
  return out;
}

/// Of several targets a model for each.
std::optional<Evaluation> linear_models(Engine& engine, const data::Dataset& rows, const data::Dataset& tried,
                                        const data::Schema& schema, std::uint64_t seed,
                                        const metric::Metrics& metrics) {
  if (schema.several.empty()) return linear_model(engine, rows, tried, schema, seed, metrics);
  return each_target(schema, metrics, tried.rows(),
                     [&](const data::Schema& one, std::size_t i, const metric::Metrics& of_one) {
                       return linear_model(engine, with_features(rows, i), with_features(tried, i), one, seed, of_one);
                     });
}

}  // namespace

metric::Metrics metrics_of_folds(const Settings& settings, const data::Schema& schema) {
  return choose_metrics(settings.metrics ? settings.metrics : std::optional<std::string>("all"), schema);
}

FoldResult run_fold(Engine& engine, const TrainingTable& table, const data::Split& split, const Settings& settings) {
  FoldResult out;
  out.learnt = std::ssize(split.train);
  TrainingData data = fit_training_table(table, split.train, settings);
  const data::Dataset learnt = data::take(data.rows, split.train), tried = data::take(data.rows, split.validation);
  data.split = {places_in(split.train, data.split.train), places_in(split.train, data.split.validation)};
  data.rows = {};
  const metric::Metrics metrics = metrics_of_folds(settings, data.schema);
  const TrainedModel model =
      data.effort ? train_recipe(engine, learnt, data, settings, out) : train_net(engine, learnt, data, settings, out);
  if (Interrupt::requested() != 0) return out;
  out.model = evaluate_in_units(engine, model, tried, metrics);
  out.guess = guess_in_units(data.schema, targets_of(learnt), targets_of(tried), metrics);
  out.linear = linear_models(engine, learnt, tried, data.schema, settings.seed.value_or(default_seed), metrics);
  return out;
}

}  // namespace gradus::cli
