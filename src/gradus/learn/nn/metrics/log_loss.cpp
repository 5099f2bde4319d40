#include <algorithm>
#include <limits>

#include "gradus/learn/nn/metrics/parts.hpp"

namespace gradus::metric {
namespace {

constexpr ResultSpec results[] = {{"log_loss", "log-loss", Unit::number, "mean of -ln p of the row's own class"}};

class LogLoss : public Sums {
 public:
  explicit LogLoss(const Subject& subject) : terms_(subject.intervals) {}
  void add(const Rows& rows) override {
    // A probability of exactly 0 is what the type rounds to: nothing is less likely than its last digit.
    const double least = rows.prediction.dtype() == DType::f64
                             ? std::numeric_limits<double>::epsilon()
                             : static_cast<double>(std::numeric_limits<float>::epsilon());
    const auto targets = classes_of(rows);
    for (std::size_t i = 0; i < targets.size(); ++i) {
      if (targets[i] < 0) continue;
      const double p = probability(rows, static_cast<std::int64_t>(i), targets[i]);
      const double term = std::isnan(p) ? p : std::log(std::clamp(p, least, 1 - least));
      sum_ -= term;
      terms_.add(-term);
      ++rows_;
    }
  }
  Results finish() override {
    if (rows_ == 0) return {result(results[0], std::nullopt, "no rows of a class")};
    Result out = result(results[0], sum_ / static_cast<double>(rows_));
    if (const auto interval = terms_.interval()) out.interval = cut(*interval);
    return {out};
  }

 private:
  double sum_ = 0;
  std::int64_t rows_ = 0;
  MeanInterval terms_;
};

}  // namespace

extern const MetricKind log_loss_kind{
    {"log_loss",
     "mean of -ln of the probability that a row's own class was given, at least that of the type's last digit "
     "(sklearn.metrics.log_loss)"},
    Compares::classes,
    results,
    begin<LogLoss>};

}  // namespace gradus::metric
