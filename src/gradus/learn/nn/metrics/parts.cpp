#include "gradus/learn/nn/metrics/parts.hpp"

#include <algorithm>

#include "gradus/learn/nn/metrics/student.hpp"

namespace gradus::metric {

Interval interval_of_mean(double mean, double standard_error, std::int64_t rows) {
  const double reach = student_t(rows - 1, 0.95) * standard_error;
  return {mean - reach, mean + reach};
}

Interval cut(Interval interval, double most) { return {std::max(interval.low, 0.0), std::min(interval.high, most)}; }

std::optional<Interval> MeanInterval::interval() const {
  const auto rows = static_cast<double>(count_);
  const double error = std::sqrt(squares_ / (rows - 1) / rows);
  if (count_ < 2 || !std::isfinite(mean_) || !std::isfinite(error)) return std::nullopt;
  return interval_of_mean(mean_, error, count_);
}

}  // namespace gradus::metric
