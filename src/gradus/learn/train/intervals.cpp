#include "gradus/learn/train/intervals.hpp"

#include <algorithm>
#include <cmath>

#include "gradus/learn/data/shortest.hpp"
#include "gradus/learn/train/evaluate.hpp"
#include "gradus/learn/train/trained_model.hpp"

namespace gradus {
namespace {

/// ceil(a b / c) for the ranks that are kept.
std::int64_t rank_of(std::int64_t kept, std::int64_t rows) {
  if (rows <= HeldOutErrors::most) return kept;
  return (kept * rows + HeldOutErrors::most - 1) / HeldOutErrors::most;
}

/// (rows + 1) level, where a product such as 10 * 0.9 = 9.000000000000002 is the whole number that is meant.
std::int64_t rank_for(std::int64_t rows, double level) {
  constexpr double slack = 1e-9;
  return static_cast<std::int64_t>(std::ceil(static_cast<double>(rows + 1) * level - slack));
}

/// The nearest number of `dtype` that is not nearer to the middle: it has few digits.
double outward(double z, int sign, DType dtype) {
  if (dtype != DType::f32 || !std::isfinite(z)) return z;
  const float near = static_cast<float>(z);
  const bool inside = sign > 0 ? static_cast<double>(near) < z : static_cast<double>(near) > z;
  return static_cast<double>(inside ? std::nextafter(near, sign > 0 ? INFINITY : -INFINITY) : near);
}

}  // namespace

HeldOutErrors find_errors(Engine& engine, const TrainedModel& model, const data::Dataset& dataset,
                          std::span<const std::int64_t> rows) {
  if (!model.targets.empty() || model.task != data::Task::regression || rows.empty()) return {};
  const data::Dataset held = data::take(dataset, rows);
  const Tensor predicted = predict(engine, model, held);
  if (predicted.shape().last() != 1) return {};
  std::vector<double> all;
  for (std::int64_t row = 0; row < held.rows(); ++row) {
    all.push_back(std::fabs(predicted.number(row) - held.targets.number(row)));
    if (!std::isfinite(all.back())) return {};
  }
  std::sort(all.begin(), all.end());
  HeldOutErrors out{held.rows()};
  for (std::int64_t kept = 1; kept <= std::min(out.rows, HeldOutErrors::most); ++kept) {
    out.errors.push_back(all[static_cast<std::size_t>(rank_of(kept, out.rows) - 1)]);
  }
  return out;
}

std::optional<double> error_at(const HeldOutErrors& errors, double level) {
  const std::int64_t rank = rank_for(errors.rows, level);
  for (std::int64_t kept = 1; kept <= std::ssize(errors.errors); ++kept) {
    if (rank_of(kept, errors.rows) >= rank) return errors.errors[static_cast<std::size_t>(kept - 1)];
  }
  return std::nullopt;
}

std::int64_t rows_for(double level) {
  std::int64_t rows = std::max<std::int64_t>(1, static_cast<std::int64_t>(level / (1 - level)) - 1);
  while (rank_for(rows, level) > rows) ++rows;
  return rows;
}

std::pair<double, double> interval_in_units(const TrainedModel& model, const Tensor& prediction, std::int64_t row,
                                            double error) {
  const auto in_units = [&](double z) {
    return model.schema ? data::shortest_decoded(model.schema->target, z, prediction.dtype())
                        : data::shortest(z, prediction.dtype());
  };
  const double z = prediction.number(row);
  return {in_units(outward(z - error, -1, prediction.dtype())), in_units(outward(z + error, 1, prediction.dtype()))};
}

}  // namespace gradus
