#include <algorithm>

#include "gradus/learn/nn/metrics/parts.hpp"

namespace gradus::metric {
namespace {

constexpr ResultSpec results[] = {{"r2", "R2", Unit::score, "1: no error; 0: no better than the mean of the target"}};

class R2 : public Sums {
 public:
  explicit R2(const Subject& subject) : wanted_(subject.intervals == Intervals::all) {}
  void add(const Rows& rows) override {
    for (std::int64_t i = 0; i < rows.target.count(); ++i) {
      const double target = rows.target.number(i), error = rows.prediction.number(i) - target;
      squares_ += error * error;
      const double before = target - mean_;
      mean_ += before / static_cast<double>(++count_);
      spread_ += before * (target - mean_);
      if (wanted_) rows_.push_back({error * error, target});
    }
  }
  Results finish() override {
    if (!(spread_ > 0)) return {result(results[0], std::nullopt, count_ > 0 ? "constant target" : "no rows")};
    Result out = result(results[0], 1 - squares_ / spread_);
    if (wanted_ && count_ > 1 && std::isfinite(squares_)) out.interval = interval();
    return {out};
  }

 private:
  struct Row {
    double square, target;
  };

  /// By the delta method: R2 is 1 - the quotient of two means, of (y - t)^2 and of (t - mean)^2.
  Interval interval() const {
    const double quotient = squares_ / spread_;
    double sum = 0;
    for (const Row& row : rows_) {
      const double influence = row.square - quotient * (row.target - mean_) * (row.target - mean_);
      sum += influence * influence;
    }
    const auto n = static_cast<double>(count_);
    Interval out = interval_of_mean(1 - quotient, std::sqrt(sum * n / (n - 1)) / spread_, count_);
    out.high = std::min(out.high, 1.0);
    return out;
  }

  bool wanted_;
  std::vector<Row> rows_;
  std::int64_t count_ = 0;
  double squares_ = 0;
  double mean_ = 0, spread_ = 0;  // of the target: sum of (t - mean)^2 by Welford's recurrence
};

}  // namespace

extern const MetricKind r2_kind{
    {"r2",
     "share of the target's variance that is explained: 1 - sum (y - t)^2 / sum (t - mean)^2 (sklearn.metrics."
     "r2_score)"},
    Compares::numbers,
    results,
    begin<R2>};

}  // namespace gradus::metric
