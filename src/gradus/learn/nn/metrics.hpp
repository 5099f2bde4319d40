// Metrics, added up over batches in f64, so that a short last batch has its own weight.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "gradus/core/tensor/tensor.hpp"

namespace gradus::nn {

/// Rows whose largest output is their class. At a tie the first output wins; a single output means class 1 above 0.5. A
/// row with an output that is not finite has no class.
struct Accuracy {
  std::int64_t rows = 0;
  std::int64_t correct = 0;

  /// scores [rows, classes] or [rows, 1]; classes i64 [rows]. Throws UserError for others.
  void add(ConstView scores, ConstView classes);
  double value() const { return rows ? static_cast<double>(correct) / static_cast<double>(rows) : 0.0; }
};

/// The class that a row of scores stands for, by Accuracy's rule; -1 for none.
std::int64_t class_of(ConstView scores, std::int64_t row);

/// Rows whose prediction has a number that is not finite.
struct NotFinite {
  static constexpr std::size_t most_named = 10;
  std::int64_t count = 0;
  std::vector<std::int64_t> named = {};  // the first of them, by their row numbers from 1

  /// Row `row` (from 0) of predicted [rows, outputs], which is row `number` (from 1) of the data.
  void add(ConstView predicted, std::int64_t row, std::int64_t number);
};

struct Interval {
  double low = 0, high = 1;
};

/// 95 % confidence interval of a share, Wilson 1927.
Interval wilson(std::int64_t correct, std::int64_t rows);

/// Errors of y against t, element by element.
struct Errors {
  std::int64_t count = 0;
  double squares = 0;   // sum of (y - t)^2
  double absolute = 0;  // sum of |y - t|
  double mean = 0;      // of t
  double spread = 0;    // sum of (t - mean)^2, by Welford's recurrence

  /// f32 or f64, each; of one count, else throws UserError. Differences are taken in f64.
  void add(ConstView predicted, ConstView target);
  double mse() const { return count ? squares / static_cast<double>(count) : 0.0; }
  double mae() const { return count ? absolute / static_cast<double>(count) : 0.0; }
  /// 1 - sum (y - t)^2 / sum (t - mean)^2; nothing for a constant target.
  std::optional<double> r2() const;
};

}  // namespace gradus::nn
