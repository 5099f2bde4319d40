// What several metrics have in common.
#pragma once

#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "gradus/learn/nn/metric.hpp"
#include "gradus/learn/nn/scores.hpp"

namespace gradus::metric {

using kinds::Key;
using kinds::Keys;
using kinds::KeyType;

inline Result result(const ResultSpec& spec, std::optional<double> number, std::string undefined = {}) {
  return {.name = std::string(spec.name),
          .label = std::string(spec.label),
          .unit = spec.unit,
          .number = number,
          .undefined = number ? std::string() : std::move(undefined),
          .shown = spec.shown};
}

template <class T> std::unique_ptr<Sums> begin(const Keys&, const Subject& subject) {
  return std::make_unique<T>(subject);
}

/// With mean and standard error, by Student's t.
Interval interval_of_mean(double mean, double standard_error, std::int64_t rows);
/// The same, cut at 0 below and `most` above.
Interval cut(Interval interval, double most = std::numeric_limits<double>::infinity());

/// Mean of numbers and what it may be, by Welford's recurrence; asked for nothing, it does nothing.
class MeanInterval {
 public:
  explicit MeanInterval(Intervals wanted) : wanted_(wanted == Intervals::all) {}
  void add(double x) {
    if (!wanted_) return;
    const double before = x - mean_;
    mean_ += before / static_cast<double>(++count_);
    squares_ += before * (x - mean_);
  }
  /// None of fewer than two numbers, or of some that are not finite.
  std::optional<Interval> interval() const;

 private:
  bool wanted_;
  std::int64_t count_ = 0;
  double mean_ = 0, squares_ = 0;
};

/// Of an area that is 1, whose error looks like 0: what would show so in `rows` rows with probability 2.5 %.
inline Interval interval_of_perfect(double rows) { return {std::pow(0.025, 1 / rows), 1}; }

/// The class numbers of `rows`.
inline std::span<const std::int64_t> classes_of(const Rows& rows) { return rows.target.as<std::int64_t>(); }

/// The probability of class `c` in row `row`; of a net with a single output, that of class 1 is its output.
inline double probability(const Rows& rows, std::int64_t row, std::int64_t c) {
  const std::int64_t outputs = rows.prediction.shape().last();
  if (outputs > 1) return rows.prediction.number(row * outputs + c);
  const double one = rows.prediction.number(row);
  return c == 1 ? one : 1 - one;
}

/// Rows by class and by the class that was predicted.
struct Counts {
  explicit Counts(const Subject& subject)
      : classes(std::ssize(subject.classes)), of(static_cast<std::size_t>((classes + 1) * (classes + 1))) {}

  /// `target` and `predicted`: -1 for a class that the model does not know, or no class.
  std::int64_t& at(std::int64_t target, std::int64_t predicted) {
    const std::int64_t row = target < 0 ? classes : target, column = predicted < 0 ? classes : predicted;
    return of[static_cast<std::size_t>(row * (classes + 1) + column)];
  }
  void add(const Rows& rows) {
    const auto targets = classes_of(rows);
    for (std::size_t i = 0; i < targets.size(); ++i) {
      ++at(targets[i], nn::class_of(rows.prediction, static_cast<std::int64_t>(i)));
    }
  }
  /// Rows of this class, and rows that this class was predicted for; -1 as in at().
  std::int64_t rows_of(std::int64_t target) {
    std::int64_t sum = 0;
    for (std::int64_t c = -1; c < classes; ++c) sum += at(target, c);
    return sum;
  }
  std::int64_t predicted_as(std::int64_t predicted) {
    std::int64_t sum = 0;
    for (std::int64_t c = -1; c < classes; ++c) sum += at(c, predicted);
    return sum;
  }

  std::int64_t classes;
  std::vector<std::int64_t> of;  // [classes + 1, classes + 1]
};

inline double quotient(std::int64_t part, std::int64_t all) {
  return all > 0 ? static_cast<double>(part) / static_cast<double>(all) : 0;
}

}  // namespace gradus::metric
