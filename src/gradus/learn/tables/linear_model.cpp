#include "gradus/learn/tables/linear_model.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gradus/learn/tables/logistic.hpp"
#include "gradus/learn/tables/matrix.hpp"
#include "gradus/learn/tables/score.hpp"

namespace gradus::tables {
namespace {

constexpr std::size_t most_features = 1000;
constexpr double regression_penalties[] = {10, 1, 1e-1, 1e-2, 1e-3, 1e-4, 1e-6};
constexpr double class_penalties[] = {1e-1, 1e-2, 1e-3, 1e-4};

/// The used features, standardized over the rows that are learnt from anywhere, and a last column of ones.
struct Standardized {
  Matrix rows;
  std::vector<std::size_t> column;  // in the dataset
  std::vector<double> mean, deviation;
};

Standardized standardize(const data::Dataset& rows, std::span<const std::int64_t> learnt,
                         const std::vector<bool>& used) {
  Standardized out;
  const std::size_t features = static_cast<std::size_t>(rows.row_size());
  const auto number = [&](std::int64_t row, std::size_t column) {
    return rows.features.number(row * rows.row_size() + static_cast<std::int64_t>(column));
  };
  for (std::size_t column = 0; column < features; ++column) {
    if (!used[column]) continue;
    double mean = 0, square = 0, count = 0;
    for (const std::int64_t row : learnt) {
      const double distance = number(row, column) - mean;
      mean += distance / ++count;
      square += distance * (number(row, column) - mean);
    }
    const double deviation = std::sqrt(square / count);
    if (!(deviation > 1e-9 * std::max(1.0, std::abs(mean)))) continue;
    out.column.push_back(column), out.mean.push_back(mean), out.deviation.push_back(deviation);
  }
  const std::size_t width = out.column.size() + 1;
  out.rows = Matrix(static_cast<std::size_t>(rows.rows()), width);
  for (std::size_t row = 0; row < out.rows.rows; ++row) {
    double* to = out.rows.row(row);
    for (std::size_t i = 0; i + 1 < width; ++i)
      to[i] = (number(static_cast<std::int64_t>(row), out.column[i]) - out.mean[i]) / out.deviation[i];
    to[width - 1] = 1;
  }
  return out;
}

/// Weights [outputs, width] of standardized features as a model of the features as they are.
LinearModel in_features(const Standardized& of, const std::vector<double>& weights, std::int64_t features) {
  const std::size_t width = of.column.size() + 1, outputs = weights.size() / width;
  LinearModel out{static_cast<std::int64_t>(outputs), features, {}, {}};
  out.weight.resize(outputs * static_cast<std::size_t>(features));
  for (std::size_t k = 0; k < outputs; ++k) {
    double bias = weights[k * width + width - 1];
    for (std::size_t i = 0; i + 1 < width; ++i) {
      const double weight = weights[k * width + i] / of.deviation[i];
      out.weight[k * static_cast<std::size_t>(features) + of.column[i]] = weight;
      bias -= weight * of.mean[i];
    }
    out.bias.push_back(bias);
  }
  return out;
}

/// Sums of products, and of products with the target, over some rows.
struct Moments {
  Matrix gram;
  std::vector<double> with_target;
  double rows = 0;
};

Moments moments_of(const Matrix& x, const data::Dataset& rows, std::span<const std::int64_t> over) {
  Moments out{Matrix(x.columns, x.columns), std::vector<double>(x.columns), static_cast<double>(over.size())};
  for (const std::int64_t row : over) {
    const double* from = x.row(static_cast<std::size_t>(row));
    const double target = rows.targets.number(row);
    for (std::size_t i = 0; i < x.columns; ++i) {
      double* to = out.gram.row(i);
      for (std::size_t j = 0; j <= i; ++j) to[j] += from[i] * from[j];
      out.with_target[i] += from[i] * target;
    }
  }
  return out;
}

void add(Moments& to, const Moments& from, double factor) {
  for (std::size_t i = 0; i < to.gram.numbers.size(); ++i) to.gram.numbers[i] += factor * from.gram.numbers[i];
  for (std::size_t i = 0; i < to.with_target.size(); ++i) to.with_target[i] += factor * from.with_target[i];
  to.rows += factor * from.rows;
}

std::vector<double> ridge(const Moments& of, double penalty) {
  Matrix system = of.gram;
  // Beside the penalty a trace of one, so that columns that are sums of others leave a matrix that can be factored.
  for (std::size_t i = 0; i < system.rows; ++i)
    system.row(i)[i] += of.rows * (i + 1 < system.rows ? penalty + 1e-9 : 1e-12);
  return solve_positive(std::move(system), of.with_target);
}

/// What the weights give for `over`, into `out` [rows, outputs].
void apply(const Matrix& x, const std::vector<double>& weights, std::span<const std::int64_t> over,
           std::vector<double>& out) {
  const std::size_t outputs = weights.size() / x.columns;
  for (const std::int64_t row : over) {
    const double* from = x.row(static_cast<std::size_t>(row));
    for (std::size_t k = 0; k < outputs; ++k)
      out[static_cast<std::size_t>(row) * outputs + k] = dot(&weights[k * x.columns], from, x.columns);
  }
}

std::vector<std::int64_t> all_of(std::span<const data::Split> splits) {
  std::vector<std::int64_t> out = splits[0].train;
  if (splits.size() > 1) {
    out.insert(out.end(), splits[0].validation.begin(), splits[0].validation.end());
    std::sort(out.begin(), out.end());
  }
  return out;
}

}  // namespace

std::vector<bool> linear_features(const data::Schema& schema) {
  std::vector<bool> out;
  for (const data::ColumnEncoding& column : schema.columns) {
    const std::int64_t width = column.width(), all = column.feature_count();
    const bool bends = column.kind().cells == data::Cells::numbers && width > 1;
    for (std::int64_t i = 0; i < all; ++i) out.push_back(!bends || i == 0 || i >= width);
  }
  return out;
}

std::optional<LinearFit> fit_linear(const data::Dataset& rows, std::span<const data::Split> splits,
                                    const std::vector<bool>& used) {
  const auto count = static_cast<std::size_t>(std::count(used.begin(), used.end(), true));
  if (count == 0 || count > most_features) return std::nullopt;
  const bool classes = rows.task == data::Task::classification;
  const std::vector<std::int64_t> learnt = all_of(splits);
  const Standardized of = standardize(rows, learnt, used);
  const std::size_t outputs = classes ? static_cast<std::size_t>(rows.classes()) : 1;
  std::vector<std::vector<double>> start(splits.size());  // where the next penalty begins
  std::vector<Moments> moments;
  Moments whole;
  if (!classes) {
    whole = moments_of(of.rows, rows, learnt);
    for (const data::Split& split : splits) {
      moments.push_back(whole);
      if (splits.size() > 1) add(moments.back(), moments_of(of.rows, rows, split.validation), -1);
    }
  }
  LinearFit best;
  double least = std::numeric_limits<double>::infinity();
  std::vector<double> kept;
  for (const double penalty : classes ? std::span<const double>(class_penalties) : regression_penalties) {
    std::vector<double> held(static_cast<std::size_t>(rows.rows()) * outputs);
    for (std::size_t i = 0; i < splits.size(); ++i) {
      start[i] = classes ? fit_logistic(of.rows, rows, splits[i].train, penalty, start[i]) : ridge(moments[i], penalty);
      apply(of.rows, start[i], splits[i].validation, held);
    }
    const double loss = loss_of_outputs(rows, splits, held);
    if (!(loss < least)) continue;
    least = loss, best.penalty = penalty, best.held_back = std::move(held);
    kept = start[0];
  }
  if (kept.empty()) return std::nullopt;
  if (splits.size() > 1)
    kept = classes ? fit_logistic(of.rows, rows, learnt, best.penalty, kept) : ridge(whole, best.penalty);
  best.model = in_features(of, kept, rows.row_size());
  return best;
}

}  // namespace gradus::tables
