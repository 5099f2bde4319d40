#include "gradus/learn/tables/recipe.hpp"

#include <algorithm>

#include "gradus/learn/nn/model.hpp"
#include "gradus/learn/nn/net.hpp"

namespace gradus::tables {
namespace {

constexpr std::int64_t folded_rows = 2000;  // quick: of more rows a single part tells enough
constexpr std::int64_t folds = 5;
constexpr std::int64_t least_epochs = 10, most_epochs = 100;

/// What an effort is.
struct Scale {
  std::string_view name;
  std::int64_t deals;
  double seconds;  // of 1,000 rows, and of fewer at least `least`
  double least;
  std::size_t ways[2];  // the first of those for classes, for numbers
};

constexpr double always = 0.45;
constexpr Scale scales[] = {
    {"quick", 1, 0.6, always, {1, 1}}, {"normal", 1, 3, always, {4, 4}}, {"best", 2, 20, always, {5, 5}}};

const Scale& scale_of(Effort effort) { return scales[static_cast<std::size_t>(effort)]; }

struct WaySpec {
  const char *name, *net, *optimizer, *groups, *schedule;
  std::int64_t steps;  // about
};

constexpr const char *relu_net = "scale, 64 relu, 64 relu", *adam = "adam 0.003", *eager = "0.weight rate 0.018",
                     *cosine = "cosine warm_up 0.05";

constexpr WaySpec whole{"whole", relu_net, adam, eager, cosine, 1200},
    brief{"brief", relu_net, adam, eager, cosine, 600},
    cycles{"cycles", relu_net, "adam 0.003 beta2 0.95", eager, "coslog cycles 4", 1200},
    noisy{"noisy", "scale, 64 relu, dropout 0.1, 64 relu, dropout 0.1", adam, eager, cosine, 1200},
    keen{"keen", relu_net, adam, "0.weight rate 0.06", cosine, 1200},
    smooth{"smooth", "scale, 64, blend (mish), 64, blend (mish)", adam, eager, cosine, 1200},
    wide{"wide",
         "scale, 128, blend (mish), 128, blend (mish)",
         "adamw 0.004 beta2 0.95 weight_decay 0.02",
         "0.weight rate 0.024",
         "coslog cycles 4",
         2500};

/// In the order in which they are worth their time.
constexpr WaySpec for_classes[] = {brief, noisy, cycles, whole, keen},
                  for_numbers[] = {whole, smooth, cycles, brief, wide};

/// About what a step costs a core with AVX2, the share of validation and of reading rows included.
double seconds_of_step(const Way& way, const Shape& shape, std::int64_t batch) {
  constexpr double start = 10e-6, a_weight = 1e-9, an_operation = 1.0 / 60e9, an_activation = 2e-9;
  std::int64_t weights = 0, units = shape.features + shape.outputs, width = shape.features;
  for (const nn::ParameterSpec& spec : nn::parameters_of(nn::parse_net(way.net), {shape.features}, DType::f32)) {
    if (spec.shape.rank() < 2) continue;  // [outputs, inputs]
    weights += spec.shape.count(), width = spec.shape[0], units += width;
  }
  weights += width * shape.outputs;
  const auto rows = static_cast<double>(batch);
  return start + static_cast<double>(weights) * (a_weight + 6 * rows * an_operation) +
         static_cast<double>(units) * rows * an_activation;
}

std::int64_t rows_of_net(const Plan& plan, std::int64_t rows) {
  return plan.folds > 1 ? rows - rows / plan.folds : rows;
}

std::int64_t steps_of_epoch(const Plan& plan, std::int64_t rows) {
  return std::max<std::int64_t>(1, (rows_of_net(plan, rows) + plan.batch - 1) / plan.batch);
}

Way way_of(const WaySpec& spec, const Plan& plan, std::int64_t rows) {
  const std::int64_t steps = steps_of_epoch(plan, rows), wanted = plan.folds > 1 ? spec.steps : 3 * spec.steps;
  return {spec.name,   spec.net,      spec.optimizer,
          spec.groups, spec.schedule, std::clamp((wanted + steps - 1) / steps, least_epochs, most_epochs)};
}

/// Fewer deals, then fewer ways, then fewer epochs, until it is allowed.
void hold(Plan& plan, const Shape& shape) {
  const double allowed = allowed_seconds(plan.effort, shape.rows);
  while (plan.deals > 1 && seconds_of(plan, shape) > allowed) --plan.deals;
  while (plan.ways.size() > 1 && seconds_of(plan, shape) > allowed) plan.ways.pop_back();
  const double over = seconds_of(plan, shape) / allowed;
  if (over <= 1) return;
  std::int64_t& epochs = plan.ways[0].epochs;
  epochs = std::max<std::int64_t>(1, static_cast<std::int64_t>(static_cast<double>(epochs) / over));
}

}  // namespace

std::string_view name(Effort effort) { return scale_of(effort).name; }

std::int64_t folds_of(Effort effort, std::int64_t rows) {
  return effort == Effort::quick && rows >= folded_rows ? 1 : folds;
}

kinds::Recipe<data::EncoderKind> numbers_of(std::int64_t rows, std::int64_t columns) {
  constexpr std::int64_t least = 4, rows_a_bin = 15, most_features = 4096, most_bins = 16, most_levels = 64;
  const std::int64_t room = most_features / std::max<std::int64_t>(columns, 1);
  const std::int64_t bins = std::max(least, std::min({rows / rows_a_bin, room, most_bins}));
  return data::parse_encoder("mixed bins " + std::to_string(bins) + " levels " +
                             std::to_string(std::min(most_levels, room)));
}

Shape shape_of(const data::Dataset& rows, const data::Schema& schema, bool folds_too) {
  return {rows.task, rows.rows(), rows.row_size(), schema.output_count(), folds_too};
}

double allowed_seconds(Effort effort, std::int64_t rows) {
  const Scale& scale = scale_of(effort);
  return std::max(scale.least, scale.seconds * static_cast<double>(rows) / 1000);
}

double seconds_of(const Plan& plan, const Shape& shape) {
  constexpr double taken = 0.6;  // of the epochs, before a net stops early
  double out = 0;
  for (std::size_t i = 0; i < plan.ways.size(); ++i) {
    const auto steps = static_cast<double>(plan.ways[i].epochs * steps_of_epoch(plan, shape.rows));
    const std::int64_t tries = i == 0 ? std::min<std::int64_t>(tried_folds, plan.folds) : 0;
    const auto nets = static_cast<double>(plan.folds * plan.deals + tries);
    out += taken * steps * nets * seconds_of_step(plan.ways[i], shape, plan.batch);
  }
  return out;
}

Plan make_plan(Effort effort, const Shape& shape) {
  const Scale& scale = scale_of(effort);
  const bool classes = shape.task == data::Task::classification;
  Plan out{.effort = effort, .folds = shape.folds ? folds_of(effort, shape.rows) : 1, .deals = scale.deals};
  if (out.folds == 1) out.deals = 1;
  out.batch = shape.rows < 2'000 ? 32 : shape.rows < 50'000 ? 64 : 256;
  const auto ways = std::span<const WaySpec>(classes ? for_classes : for_numbers).first(scale.ways[classes ? 0 : 1]);
  for (const WaySpec& spec : ways) out.ways.push_back(way_of(spec, out, shape.rows));
  hold(out, shape);
  return out;
}

TrainOptions options_of(const Plan& plan, const Way& way) {
  TrainOptions out;
  out.optimizer = optim::parse_optimizer(way.optimizer);
  out.groups = optim::parse_groups(way.groups, out.optimizer);
  out.schedule = optim::parse_schedule(way.schedule);
  out.batch = plan.batch, out.epochs = way.epochs;
  out.patience = std::max<std::int64_t>(5, way.epochs / 4);
  return out;
}

}  // namespace gradus::tables
