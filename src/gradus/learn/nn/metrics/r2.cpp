#include "gradus/learn/nn/metrics/parts.hpp"

namespace gradus::metric {
namespace {

constexpr ResultSpec results[] = {{"r2", "R2", Unit::score, "1: no error; 0: no better than the mean of the target"}};

class R2 : public Sums {
 public:
  explicit R2(const Subject&) {}
  void add(const Rows& rows) override {
    for (std::int64_t i = 0; i < rows.target.count(); ++i) {
      const double target = rows.target.number(i), error = rows.prediction.number(i) - target;
      squares_ += error * error;
      const double before = target - mean_;
      mean_ += before / static_cast<double>(++count_);
      spread_ += before * (target - mean_);
    }
  }
  Results finish() override {
    if (!(spread_ > 0)) return {result(results[0], std::nullopt, count_ > 0 ? "constant target" : "no rows")};
    return {result(results[0], 1 - squares_ / spread_)};
  }

 private:
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
