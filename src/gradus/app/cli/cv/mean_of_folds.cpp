#include "gradus/app/cli/cv/mean_of_folds.hpp"

#include <algorithm>
#include <cmath>

#include "gradus/learn/nn/metrics/student.hpp"

namespace gradus::cli {
namespace {

/// No share is below 0 or above 1, no other score above 1, no error below 0.
void cut(metric::Interval& interval, metric::Unit unit) {
  const bool share = unit == metric::Unit::share, score = unit == metric::Unit::score;
  if (!score) interval.low = std::max(interval.low, 0.0);
  if (share || score) interval.high = std::min(interval.high, 1.0);
}

MeanScore mean_of(metric::Result like, const std::vector<double>& scores, double held_per_learnt) {
  MeanScore out{std::move(like), 0, std::ssize(scores)};
  out.mean.interval.reset(), out.mean.number.reset();
  if (scores.empty()) return out;
  const auto count = static_cast<double>(scores.size());
  double sum = 0, squares = 0;
  for (const double x : scores) sum += x;
  const double mean = sum / count;
  for (const double x : scores) squares += (x - mean) * (x - mean);
  out.mean.number = mean;  // beside why it is undefined in other folds
  if (scores.size() < 2) return out;
  constexpr double level = 0.95;
  const double variance = squares / (count - 1);
  out.spread = std::sqrt(variance);
  const double reach = metric::student_t(static_cast<int>(scores.size()) - 1, level) *
                       std::sqrt((1 / count + held_per_learnt) * variance);
  out.mean.interval = metric::Interval{mean - reach, mean + reach};
  return out;
}

/// The counts of all tables by the names of their rows and columns.
metric::Table sum_of(std::span<const metric::Results> folds, const std::string& name) {
  metric::Table out;
  const auto place = [](std::vector<std::string>& names, const std::string& of) {
    const auto found = std::find(names.begin(), names.end(), of);
    if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
    names.push_back(of);
    return names.size() - 1;
  };
  std::vector<const metric::Table*> tables;
  for (const metric::Results& fold : folds) {
    const metric::Result* found = metric::find(fold, name);
    if (found == nullptr || !found->table) continue;
    tables.push_back(&*found->table);
    for (const std::string& row : found->table->rows) place(out.rows, row);
    for (const std::string& column : found->table->columns) place(out.columns, column);
  }
  out.counts.resize(out.rows.size() * out.columns.size());
  for (const metric::Table* one : tables) {
    for (std::size_t i = 0; i < one->counts.size(); ++i) {
      const std::size_t row = place(out.rows, one->rows[i / one->columns.size()]);
      out.counts[row * out.columns.size() + place(out.columns, one->columns[i % one->columns.size()])] +=
          one->counts[i];
    }
  }
  return out;
}

}  // namespace

std::vector<MeanScore> mean_of_folds(std::span<const metric::Results> folds, double held_per_learnt) {
  std::vector<MeanScore> out;
  if (folds.empty()) return out;
  for (const metric::Result& like : folds.front()) {
    if (like.table) {
      metric::Result sum = like;
      sum.table = sum_of(folds, like.name);
      out.push_back({std::move(sum), 0, std::ssize(folds)});
      continue;
    }
    std::vector<double> scores;
    metric::Result about = like;
    for (const metric::Results& fold : folds) {
      const metric::Result* found = metric::find(fold, like.name);
      if (found == nullptr) continue;
      if (found->number && std::isfinite(*found->number)) scores.push_back(*found->number);
      else if (!found->undefined.empty()) about.undefined = found->undefined;
    }
    out.push_back(mean_of(std::move(about), scores, held_per_learnt));
    if (out.back().mean.interval) cut(*out.back().mean.interval, like.unit);
  }
  return out;
}

std::vector<MeanScore> mean_of_differences(std::span<const metric::Results> a, std::span<const metric::Results> b,
                                           double held_per_learnt) {
  std::vector<MeanScore> out;
  if (a.empty() || a.size() != b.size()) return out;
  for (const metric::Result& like : a.front()) {
    if (like.table) continue;
    std::vector<double> scores;
    for (std::size_t i = 0; i < a.size(); ++i) {
      const metric::Result *one = metric::find(a[i], like.name), *other = metric::find(b[i], like.name);
      if (one == nullptr || other == nullptr || !one->number || !other->number) continue;
      if (const double x = *one->number - *other->number; std::isfinite(x)) scores.push_back(x);
    }
    out.push_back(mean_of(like, scores, held_per_learnt));
  }
  return out;
}

}  // namespace gradus::cli
