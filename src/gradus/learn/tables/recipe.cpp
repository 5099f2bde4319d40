#include "gradus/learn/tables/recipe.hpp"

#include <algorithm>

namespace gradus::tables {
namespace {

constexpr std::int64_t folded_rows = 2000;  // quick: of more rows a single part tells enough
constexpr std::int64_t folds = 5;

/// What an effort is.
struct Scale {
  std::string_view name;
  std::int64_t members;       // of a fold
  const char* net;            // hidden layers
  std::int64_t steps;         // of a net, about
  std::int64_t bins, levels;  // of a column of numbers, at most
  std::int64_t least, most;   // epochs
};

constexpr Scale scales[] = {
    {"quick", 1, "scale, 64 relu, 64 relu", 1200, 16, 64, 10, 100},
    {"normal", 1, "scale, 128 relu, dropout 0.1, 128 relu, dropout 0.1", 6000, 32, 256, 30, 256},
    {"best", 2, "scale, 256 relu, dropout 0.15, 256 relu, dropout 0.15, 256 relu, dropout 0.15", 8000, 32, 256, 60,
     256},
};

const Scale& scale_of(Effort effort) { return scales[static_cast<std::size_t>(effort)]; }

}  // namespace

std::string_view name(Effort effort) { return scale_of(effort).name; }

std::int64_t folds_of(Effort effort, std::int64_t rows) {
  return effort == Effort::quick && rows >= folded_rows ? 1 : folds;
}

kinds::Recipe<data::EncoderKind> numbers_of(Effort effort, std::int64_t rows, std::int64_t columns) {
  constexpr std::int64_t least = 4, rows_a_bin = 15, most_features = 4096;
  const std::int64_t room = most_features / std::max<std::int64_t>(columns, 1);
  const std::int64_t bins = std::max(least, std::min({rows / rows_a_bin, room, scale_of(effort).bins}));
  const std::int64_t levels = std::min(scale_of(effort).levels, room);
  return data::parse_encoder("mixed bins " + std::to_string(bins) + " levels " + std::to_string(levels));
}

Plan make_plan(Effort effort, std::int64_t rows, std::int64_t features) {
  const Scale& scale = scale_of(effort);
  Plan out{.effort = effort, .folds = folds_of(effort, rows), .members = scale.members, .net = scale.net};
  static_cast<void>(features);
  out.batch = rows < 2'000 ? 32 : rows < 50'000 ? 64 : 256;
  const std::int64_t a_net = out.folds > 1 ? rows - rows / out.folds : rows;
  const std::int64_t steps = std::max<std::int64_t>(1, (a_net + out.batch - 1) / out.batch);
  const std::int64_t wanted = out.folds > 1 ? scale.steps : 3 * scale.steps;
  out.epochs = std::clamp((wanted + steps - 1) / steps, scale.least, scale.most);
  return out;
}

TrainOptions options_of(const Plan& plan) {
  constexpr double rate = 0.003;
  TrainOptions out;
  out.optimizer = optim::adam({.learning_rate = rate});
  out.groups = optim::parse_groups("0.weight rate 0.018", out.optimizer);
  out.schedule = optim::cosine({.warm_up = 0.05});
  out.batch = plan.batch, out.epochs = plan.epochs;
  out.patience = std::max<std::int64_t>(5, plan.epochs / 4);
  return out;
}

}  // namespace gradus::tables
