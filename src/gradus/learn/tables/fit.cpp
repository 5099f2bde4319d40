#include "gradus/learn/tables/fit.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "gradus/core/base/random.hpp"
#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/tables/folds.hpp"
#include "gradus/learn/tables/join.hpp"
#include "gradus/learn/tables/score.hpp"
#include "gradus/learn/train/evaluate.hpp"
#include "gradus/learn/train/trainer.hpp"

namespace gradus::tables {
namespace {

using Clock = std::chrono::steady_clock;

/// The features of single whole numbers, which a net may be better off without.
std::vector<std::int64_t> level_features(const data::Schema& schema) {
  std::vector<std::int64_t> out;
  std::int64_t first = 0;
  for (const data::ColumnEncoding& column : schema.columns) {
    const std::int64_t levels = data::count_levels(column);
    for (std::int64_t i = 0; i < levels; ++i) out.push_back(first + column.width() - levels + i);
    first += column.feature_count();
  }
  return out;
}

/// The rows with zeros in these features.
data::Dataset without(const data::Dataset& rows, std::span<const std::int64_t> features) {
  data::Dataset out = rows;
  out.features = Tensor(rows.features.dtype(), rows.features.shape());
  std::memcpy(out.features.data(), rows.features.data(), rows.features.bytes());
  for (std::int64_t row = 0; row < rows.rows(); ++row)
    for (const std::int64_t feature : features) out.features.set(row * rows.row_size() + feature, 0);
  return out;
}

/// A net that learnt without these features looks at them no more: its first layer is one factor for each.
void forget(nn::Model& model, std::span<const std::int64_t> features) {
  Tensor* scale = model.find("0.weight");
  require(scale != nullptr && scale->count() == model.input.count(), "a net that begins with scale");
  for (const std::int64_t feature : features) scale->set(feature, 0);
}

constexpr const char *nets_name = "nets", *both_name = "nets and linear model", *linear_name = "linear model";

struct Member {
  std::size_t split = 0;
  nn::Model model;
};

struct Work {
  Engine& engine;
  const data::Dataset& rows;
  const FitOptions& options;
  std::int64_t outputs;
  Clock::time_point began = Clock::now();
  const data::Dataset* learnt = &rows;      // what nets are trained on
  std::vector<std::int64_t> left_out = {};  // features that it has not
  std::vector<Member> members = {};
  std::int64_t number = 0, count = 0;     // nets that were trained, and are to be
  std::vector<double> sums = {};          // [rows, outputs], of predictions for rows held back
  std::vector<std::int64_t> counts = {};  // of them, by row
  TrainingRecord record = {};
  loss::Loss loss = {};
  bool stopped = false;
  std::vector<std::string> notes = {};

  double seconds() const { return std::chrono::duration<double>(Clock::now() - began).count(); }
};

nn::Layer net_of(const Work& work, const Way& way) { return nn::with_output(nn::parse_net(way.net), work.outputs); }

/// Of the epochs of a way, so that all nets are trained in the time that there is: all, or as a try says.
std::int64_t affordable_epochs(const Work& work, const Way& way, const data::Split& split, TrainOptions options,
                               double nets) {
  if (work.options.seconds <= 0) return way.epochs;
  options.split = split, options.epochs = 1;
  Trainer trainer(work.engine, net_of(work, way), work.rows, options);
  const auto began = Clock::now();
  while (!trainer.stopped()) trainer.step();
  const double epoch = std::chrono::duration<double>(Clock::now() - began).count();
  const double each = (work.options.seconds - work.seconds()) / nets;
  constexpr double reserve = 0.9;
  const double most = reserve * each / std::max(epoch, 1e-6);
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(std::min(most, 1e9)), 1, way.epochs);
}

void add_predictions(Work& work, const Member& member, const data::Split& split) {
  const TrainedModel model{.network = member.model,
                           .loss = work.loss,
                           .task = work.rows.task,
                           .class_names = {},
                           .schema = {},
                           .record = {}};
  const Tensor predicted = predict(work.engine, model, data::take(work.rows, split.validation));
  const auto outputs = static_cast<std::size_t>(predicted.shape().last());
  for (std::size_t i = 0; i < split.validation.size(); ++i) {
    const auto row = static_cast<std::size_t>(split.validation[i]);
    ++work.counts[row];
    for (std::size_t k = 0; k < outputs; ++k)
      work.sums[row * outputs + k] += predicted.number(static_cast<std::int64_t>(i * outputs + k));
  }
}

/// A net that ends with numbers that are not finite is left out, and said.
std::optional<Run> train_member(Work& work, const Way& way, const TrainOptions& options) {
  try {
    Trainer trainer(work.engine, net_of(work, way), *work.learnt, options);
    while (!trainer.stopped()) trainer.step();
    return std::move(trainer).run();
  } catch (const Diverged& diverged) {
    work.notes.emplace_back(std::string("a net is left out: ") + diverged.what());
    return std::nullopt;
  }
}

/// What is the same for all nets of a way.
struct Training {
  const Way& way;
  TrainOptions options;
};

/// Trains a net on split number `at` and keeps it; its loss on the rows held back, or infinite.
double add_member(Work& work, const Training& training, std::size_t at, const data::Split& split) {
  TrainOptions options = training.options;
  options.seed = work.options.seed + static_cast<std::uint64_t>(work.number);
  options.split = split;
  ++work.number;
  std::optional<Run> run = train_member(work, training.way, options);
  if (!run) return std::numeric_limits<double>::infinity();
  work.stopped = run->stopped_by == StoppedBy::request;
  if (!work.left_out.empty()) forget(run->model.network, work.left_out);
  double loss = std::numeric_limits<double>::infinity();
  for (const EpochReport& epoch : run->history) {
    if (epoch.epoch == run->best_epoch && epoch.validation) loss = epoch.validation->loss;
  }
  if (work.options.on_member) {
    work.options.on_member({work.number, work.count, static_cast<std::int64_t>(at) % work.options.plan.folds + 1,
                            training.way.name, std::ssize(run->history), run->best_epoch, run->model.record.steps, loss,
                            work.seconds()});
  }
  if (work.members.empty()) work.record = run->model.record, work.loss = run->model.loss, work.record.steps = 0;
  work.record.steps += run->model.record.steps;
  work.members.push_back({at, std::move(run->model.network)});
  return loss;
}

/// The first folds with the features `levels` and without: those that do better there are what goes on.
void choose_levels(Work& work, const std::vector<data::Split>& splits, const Training& training,
                   std::span<const std::int64_t> levels) {
  const std::size_t tries = std::min<std::size_t>(tried_folds, splits.size());
  double with = 0, no = 0;
  for (std::size_t at = 0; at < tries && !work.stopped; ++at) with += add_member(work, training, at, splits[at]);
  if (work.stopped) return;
  std::vector<Member> kept = std::exchange(work.members, {});
  work.left_out.assign(levels.begin(), levels.end());
  const data::Dataset bare = without(work.rows, levels);
  work.learnt = &bare;
  for (std::size_t at = 0; at < tries && !work.stopped; ++at) no += add_member(work, training, at, splits[at]);
  work.learnt = &work.rows;
  if (!work.stopped && no < with) return;
  work.members = std::move(kept), work.left_out.clear();
}

/// `splits`: those of all deals, one after the other.
void train_members(Work& work, const std::vector<data::Split>& splits, const data::Schema& schema) {
  const Plan& plan = work.options.plan;
  const std::vector<std::int64_t> levels = level_features(schema);
  const auto folds = static_cast<std::size_t>(plan.folds);
  const std::size_t tries = levels.empty() ? 0 : std::min<std::size_t>(tried_folds, splits.size());
  work.count = plan.nets() + static_cast<std::int64_t>(tries);
  double left = static_cast<double>(work.count);
  std::vector<Training> trainings;
  for (const Way& way : plan.ways) {
    TrainOptions options = options_of(plan, way);
    options.schema = schema;
    if (work.options.should_stop) options.observers.push_back({.should_stop = work.options.should_stop});
    options.epochs = affordable_epochs(work, way, splits[0], options, left);
    trainings.push_back({way, std::move(options)});
  }
  if (tries > 0) choose_levels(work, splits, trainings[0], levels);
  std::optional<data::Dataset> bare;
  if (!work.left_out.empty()) bare = without(work.rows, work.left_out), work.learnt = &*bare;
  for (std::size_t first = 0; first < splits.size(); first += folds) {
    for (std::size_t way = 0; way < trainings.size(); ++way) {
      for (std::size_t at = first; at < first + folds && !work.stopped; ++at) {
        if (way > 0 || at >= tries) add_member(work, trainings[way], at, splits[at]);
      }
    }
  }
  work.learnt = &work.rows;
  for (const Member& member : work.members) add_predictions(work, member, splits[member.split]);
}

/// Means of what nets gave for rows held back. Rows that no net has seen so (it was stopped) are left to guesses.
std::vector<double> mean_predictions(const Work& work, std::size_t outputs) {
  std::vector<double> out = work.sums;
  for (std::size_t row = 0; row < work.counts.size(); ++row) {
    for (std::size_t k = 0; k < outputs && work.counts[row] > 0; ++k)
      out[row * outputs + k] /= static_cast<double>(work.counts[row]);
  }
  return out;
}

std::vector<double> mean_of(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> out(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) out[i] = (a[i] + b[i]) / 2;
  return out;
}

/// The splits without rows that no net was tried on.
std::vector<data::Split> tried_splits(const Work& work, std::vector<data::Split> splits) {
  for (data::Split& split : splits)
    std::erase_if(split.validation, [&](std::int64_t row) { return work.counts[static_cast<std::size_t>(row)] == 0; });
  return splits;
}

std::vector<double> trivial_predictions(const data::Dataset& rows, const std::vector<data::Split>& splits,
                                        std::size_t outputs) {
  std::vector<double> out(static_cast<std::size_t>(rows.rows()) * outputs);
  for (const data::Split& split : splits) {
    const LinearModel answer = trivial_answer(rows, split.train);
    for (const std::int64_t row : split.validation)
      std::copy(answer.bias.begin(), answer.bias.end(),
                out.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(row) * outputs));
  }
  return rows.task == data::Task::classification ? softmax_rows(std::move(out), outputs) : out;
}

std::vector<std::int64_t> learnt_rows(const std::vector<data::Split>& splits) {
  std::vector<std::int64_t> out = splits[0].train;
  if (splits.size() == 1) return out;
  out.insert(out.end(), splits[0].validation.begin(), splits[0].validation.end());
  std::sort(out.begin(), out.end());
  return out;
}

/// Candidates in the order in which they are preferred where losses are equal, and which is the best.
void add_candidates(Fit& out, const Work& work, const std::optional<LinearFit>& linear) {
  const data::Dataset& rows = work.rows;
  const std::size_t outputs = work.sums.size() / work.counts.size();
  const auto add = [&](const char* name, std::vector<double> predictions) {
    const double loss = loss_of_predictions(rows, out.splits, predictions);
    if (std::isfinite(loss)) out.candidates.push_back({name, loss, std::move(predictions)});
  };
  if (!work.members.empty()) add(nets_name, mean_predictions(work, outputs));
  if (linear) {
    std::vector<double> alone = linear->held_back;
    if (rows.task == data::Task::classification) alone = softmax_rows(std::move(alone), outputs);
    if (!work.members.empty()) add(both_name, mean_of(mean_predictions(work, outputs), alone));
    add(linear_name, std::move(alone));
  }
  add("trivial answer", trivial_predictions(rows, out.splits, outputs));
  for (std::size_t i = 0; i < out.candidates.size(); ++i) {
    if (out.candidates[i].loss < out.candidates[out.chosen].loss) out.chosen = i;
  }
}

/// The candidate called `name` as one model.
nn::Model model_of(std::string_view name, Work& work, const std::optional<LinearFit>& linear,
                   std::span<const std::int64_t> learnt) {
  const DType dtype = work.rows.features.dtype();
  if (name == linear_name) return as_net(linear->model, dtype);
  if (name != nets_name && name != both_name) return as_net(trivial_answer(work.rows, learnt), dtype);
  std::vector<nn::Model> nets;
  for (Member& member : work.members) nets.push_back(std::move(member.model));
  nn::Model mean = join(std::move(nets), work.rows.task);
  if (name == nets_name) return mean;
  std::vector<nn::Model> both;
  both.push_back(std::move(mean)), both.push_back(as_net(linear->model, dtype));
  return join(std::move(both), work.rows.task);
}

/// Of a regression the errors on rows held back.
HeldOutErrors held_out_errors(const Fit& fit, const data::Dataset& rows) {
  HeldOutErrors out;
  if (rows.task == data::Task::classification) return out;
  std::vector<double> all;
  for (const data::Split& split : fit.splits) {
    for (const std::int64_t row : split.validation)
      all.push_back(
          std::abs(fit.candidates[fit.chosen].predictions[static_cast<std::size_t>(row)] - rows.targets.number(row)));
  }
  std::sort(all.begin(), all.end());
  out.rows = std::ssize(all);
  const std::int64_t kept = std::min(out.rows, HeldOutErrors::most);
  for (std::int64_t k = 1; k <= kept; ++k)
    out.errors.push_back(all[static_cast<std::size_t>((k * out.rows + kept - 1) / kept - 1)]);
  return out;
}

/// The first deal's splits, then those of the others.
std::vector<data::Split> all_deals(std::vector<data::Split> splits, const data::Dataset& rows,
                                   const FitOptions& options) {
  for (std::int64_t deal = 1; deal < options.plan.deals; ++deal) {
    const auto seed = options.seed + static_cast<std::uint64_t>(deal);
    for (data::Split& split : make_folds(rows, options.plan.folds, seed)) splits.push_back(std::move(split));
  }
  return splits;
}

}  // namespace

Fit fit(Engine& engine, const data::Dataset& rows, const data::Split& split, const data::Schema& schema,
        const FitOptions& options) {
  Fit out;
  out.splits = options.plan.folds > 1 ? make_folds(rows, options.plan.folds, options.seed) : std::vector{split};
  const std::vector<std::int64_t> learnt = learnt_rows(out.splits);
  Work work{engine, rows, options, schema.output_count()};
  work.counts.resize(static_cast<std::size_t>(rows.rows()));
  work.sums.resize(work.counts.size() * static_cast<std::size_t>(work.outputs));
  train_members(work, all_deals(out.splits, rows, options), schema);
  const std::optional<LinearFit> linear = fit_linear(rows, out.splits, linear_features(schema));
  if (!work.members.empty()) out.splits = tried_splits(work, std::move(out.splits));
  add_candidates(out, work, linear);

  out.notes = std::move(work.notes), out.stopped = work.stopped;
  out.model.network = model_of(out.candidates[out.chosen].name, work, linear, learnt);
  out.parameters = out.model.network.parameter_count();
  out.model.loss = rows.task == data::Task::classification ? loss::cross_entropy : loss::mse;
  out.model.task = rows.task, out.model.class_names = rows.class_names, out.model.schema = schema;
  out.model.record = work.record;
  TrainingRecord& record = out.model.record;
  record.stopped_by = work.stopped ? StoppedBy::request : StoppedBy::epochs;
  record.seed = options.seed, record.seconds = work.seconds(), record.epoch = 0, record.history.clear();
  record.source = rows.source, record.rows = std::ssize(learnt);
  if (out.splits.size() > 1) record.validation = 0;
  out.model.held_out = held_out_errors(out, rows);
  out.model.learnt_rows = data::sketch_rows(rows, learnt);
  return out;
}

}  // namespace gradus::tables
