// Metrics, added up over batches in f64, so that a short last batch has its own weight.
#pragma once

#include <cstdint>
#include <optional>

#include "gradus/core/tensor/tensor.hpp"

namespace gradus::nn {

/// Rows whose largest output is their class. At a tie the first output wins; a single output means class 1 above 0.5.
struct Accuracy {
  std::int64_t rows = 0;
  std::int64_t correct = 0;

  /// scores [rows, classes] or [rows, 1]; classes i64 [rows].
  void add(ConstView scores, ConstView classes);
  double value() const { return rows ? static_cast<double>(correct) / static_cast<double>(rows) : 0.0; }
};

/// The class that a row of scores stands for, by Accuracy's rule.
std::int64_t class_of(ConstView scores, std::int64_t row);

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

  /// Both of one floating dtype and count.
  void add(ConstView predicted, ConstView target);
  double mse() const { return count ? squares / static_cast<double>(count) : 0.0; }
  double mae() const { return count ? absolute / static_cast<double>(count) : 0.0; }
  /// 1 - sum (y - t)^2 / sum (t - mean)^2; nothing for a constant target.
  std::optional<double> r2() const;
};

}  // namespace gradus::nn
