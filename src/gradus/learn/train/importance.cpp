#include "gradus/learn/train/importance.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "gradus/core/base/error.hpp"
#include "gradus/core/base/random.hpp"
#include "gradus/learn/nn/scores.hpp"
#include "gradus/learn/train/evaluate.hpp"
#include "gradus/learn/train/known_classes.hpp"
#include "gradus/learn/train/predictor.hpp"

namespace gradus {
namespace {

using Rows = std::vector<std::int64_t>;

constexpr std::uint32_t choice_stream = 0xffff0010, order_stream = 0xffff0011;

void permute(std::span<std::int64_t> order, const RandomKey& key) {
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random_below(key, i, i)]);
}

/// At most `most` of the rows [0, count), ascending.
Rows choose_rows(std::int64_t count, std::int64_t most, std::uint64_t seed) {
  Rows out(static_cast<std::size_t>(count));
  std::iota(out.begin(), out.end(), 0);
  if (count <= most) return out;
  permute(out, {seed, 0, choice_stream});
  out.resize(static_cast<std::size_t>(most));
  std::sort(out.begin(), out.end());
  return out;
}

/// Where the features of a column lie.
struct FeatureBlock {
  const data::ColumnEncoding* column;
  std::int64_t first, width;
};

std::vector<FeatureBlock> blocks_of(const data::Schema& schema) {
  std::vector<FeatureBlock> out;
  std::int64_t first = 0;
  for (const data::ColumnEncoding& column : schema.columns) {
    if (column.used()) out.push_back({&column, first, column.feature_count()});
    first += column.feature_count();
  }
  return out;
}

/// How wrong each row is: squared error as a share of the target's spread (so that the mean is 1 - R2), or 1 for a
/// class that is not the right one.
class Wrongness {
 public:
  Wrongness(const TrainedModel& model, const data::Dataset& rows)
      : model_(model), classes_(model.task == data::Task::classification), targets_(decoded(model, rows)) {
    if (classes_) return;
    double mean = 0;
    const auto count = static_cast<double>(rows.rows());
    for (const double y : targets_) mean += y / count;
    for (const double y : targets_) spread_ += (y - mean) * (y - mean) / count;
    if (spread_ > 0) return;
    throw UserError(Fault::data, Report{printable(rows.source), "the same target in every row",
                                        "rows with different targets", "other rows"});
  }

  std::vector<double> of(const Tensor& encoded) const {
    const Tensor predicted = in_units(model_, encoded);
    std::vector<double> out;
    for (std::size_t i = 0; i < targets_.size(); ++i) {
      const auto row = static_cast<std::int64_t>(i);
      if (classes_) {
        out.push_back(nn::class_of(predicted, row) == static_cast<std::int64_t>(targets_[i]) ? 0 : 1);
      } else {
        const double error = predicted.number(row) - targets_[i];
        out.push_back(error * error / spread_);
      }
    }
    return out;
  }

 private:
  static std::vector<double> decoded(const TrainedModel& model, const data::Dataset& rows) {
    std::vector<double> out;
    for (std::int64_t i = 0; i < rows.rows(); ++i) {
      const double y = rows.targets.number(i);
      out.push_back(model.task == data::Task::classification ? y : model.schema->target.decode(y));
    }
    return out;
  }
  const TrainedModel& model_;
  bool classes_;
  std::vector<double> targets_;
  double spread_ = 0;
};

/// Rows [.., first, first + width) of `to` become those of `from` in another order.
void put_in_order(const Tensor& from, Tensor& to, const FeatureBlock& block, std::span<const std::int64_t> order) {
  const std::int64_t width = from.shape().last();
  for (std::size_t row = 0; row < order.size(); ++row) {
    for (std::int64_t k = block.first; k < block.first + block.width; ++k) {
      to.set(static_cast<std::int64_t>(row) * width + k, from.number(order[row] * width + k));
    }
  }
}

ColumnImportance importance_of(const FeatureBlock& block, const data::Dataset& rows, const Wrongness& wrongness,
                               const std::vector<double>& as_is, Predictor& predictor, const ImportanceOptions& options,
                               std::uint32_t number) {
  data::Dataset changed = rows;
  Rows order(as_is.size());
  std::vector<double> falls(as_is.size());
  for (int repeat = 0; repeat < options.repeats; ++repeat) {
    std::iota(order.begin(), order.end(), 0);
    permute(order,
            {options.seed, number * static_cast<std::uint64_t>(options.repeats) + static_cast<std::uint64_t>(repeat),
             order_stream});
    put_in_order(rows.features, changed.features, block, order);
    const std::vector<double> now = wrongness.of(predictor(changed));
    for (std::size_t i = 0; i < now.size(); ++i) falls[i] += (now[i] - as_is[i]) / options.repeats;
  }
  const auto count = static_cast<double>(falls.size());
  const double mean = std::accumulate(falls.begin(), falls.end(), 0.0) / count;
  double variance = 0;
  for (const double x : falls) variance += (x - mean) * (x - mean) / (count - 1);
  const double reach = 1.959963984540054 * std::sqrt(variance / count);
  return {block.column->name, mean, mean - reach, mean + reach};
}

/// The cells at which a column is looked at: quantiles of its numbers, or its categories.
std::vector<double> points_of(const data::ColumnEncoding& encoding, const data::Table& table, int points) {
  std::vector<double> out;
  if (!encoding.numeric()) {
    constexpr std::size_t most = 20;
    for (std::size_t i = 0; i < std::min(most, encoding.categories.size()); ++i) out.push_back(static_cast<double>(i));
    return out;
  }
  std::vector<double> own;
  const auto cells = data::cell_numbers(*table.find(encoding.name), encoding.rule, own);
  std::vector<double> sorted;
  std::copy_if(cells.begin(), cells.end(), std::back_inserter(sorted), [](double x) { return std::isfinite(x); });
  std::sort(sorted.begin(), sorted.end());
  for (int i = 0; i < points && !sorted.empty(); ++i) {
    const double at = static_cast<double>(sorted.size() - 1) * i / (points - 1);
    const double x = sorted[static_cast<std::size_t>(at + 0.5)];
    if (out.empty() || out.back() != x) out.push_back(x);
  }
  return out;
}

std::string cell_name(const data::ColumnEncoding& encoding, double cell) {
  if (!encoding.numeric()) return encoding.categories[static_cast<std::size_t>(cell)];
  return encoding.kind().cells == data::Cells::dates ? data::date_text(cell) : data::number_text(cell);
}

Dependence dependence_of(const FeatureBlock& block, const TrainedModel& model, const data::Table& table,
                         const data::Dataset& rows, Predictor& predictor, int points) {
  Dependence out{block.column->name, {}, {}};
  data::Dataset changed = rows;
  const std::int64_t width = rows.features.shape().last();
  for (const double cell : points_of(*block.column, table, points)) {
    std::vector<double> encoded(static_cast<std::size_t>(block.width));  // the last one: not missing
    block.column->encode({&cell, 1}, std::span(encoded).first(static_cast<std::size_t>(block.column->width())));
    for (std::int64_t row = 0; row < rows.rows(); ++row) {
      for (std::int64_t k = 0; k < block.width; ++k)
        changed.features.set(row * width + block.first + k, encoded[static_cast<std::size_t>(k)]);
    }
    const Tensor predicted = in_units(model, predictor(changed));
    std::vector<double> means(static_cast<std::size_t>(predicted.shape().last()));
    for (std::int64_t i = 0; i < predicted.count(); ++i)
      means[static_cast<std::size_t>(i) % means.size()] += predicted.number(i) / static_cast<double>(rows.rows());
    out.cells.push_back(cell_name(*block.column, cell));
    out.means.push_back(std::move(means));
  }
  return out;
}

/// Rows whose class the model knows.
Rows known_rows(const data::Dataset& targets) {
  Rows out;
  for (std::int64_t row = 0; row < targets.rows(); ++row) {
    const bool unseen = targets.task == data::Task::classification &&
                        targets.targets.as<std::int64_t>()[static_cast<std::size_t>(row)] == unseen_class;
    if (!unseen) out.push_back(row);
  }
  return out;
}

}  // namespace

Importance find_importance(Engine& engine, const TrainedModel& model, const data::Table& table,
                           const data::Dataset& rows, const ImportanceOptions& options) {
  data::Dataset all = rows;
  all.targets = targets_for(model, rows).targets;
  all.class_names = model.class_names;
  all = data::take(all, known_rows(all));
  const data::Dataset some = data::take(all, choose_rows(all.rows(), options.rows, options.seed));
  if (some.rows() < 2) {
    throw UserError(Fault::data, Report{printable(rows.source), std::to_string(some.rows()) + " rows with a target",
                                        "at least 2", "more rows"});
  }
  Importance out;
  const Wrongness wrongness(model, some);
  Predictor predictor(engine, model);
  const std::vector<double> as_is = wrongness.of(predictor(some));
  out.score = model.task == data::Task::classification ? "accuracy" : "R2";
  out.rows = some.rows();
  out.repeats = options.repeats;
  out.whole = 1 - std::accumulate(as_is.begin(), as_is.end(), 0.0) / static_cast<double>(as_is.size());
  std::vector<FeatureBlock> blocks = blocks_of(*model.schema);
  std::vector<std::pair<ColumnImportance, FeatureBlock>> found;
  for (const FeatureBlock& block : blocks) {
    const auto number = static_cast<std::uint32_t>(found.size());
    found.emplace_back(importance_of(block, some, wrongness, as_is, predictor, options, number), block);
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first.fall > b.first.fall; });
  const data::Dataset few = data::take(some, choose_rows(some.rows(), options.dependence_rows, options.seed));
  for (const auto& [importance, block] : found) {
    out.columns.push_back(importance);
    if (out.dependences.size() < options.dependences)
      out.dependences.push_back(dependence_of(block, model, table, few, predictor, options.points));
  }
  return out;
}

}  // namespace gradus
