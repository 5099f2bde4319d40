#include "gradus/learn/nn/metrics/parts.hpp"

namespace gradus::metric {
namespace {

constexpr ResultSpec results[] = {
    {"balanced_accuracy", "balanced accuracy", Unit::share, "mean over the classes of the share that was found"}};

class BalancedAccuracy : public Sums {
 public:
  explicit BalancedAccuracy(const Subject& subject) : counts_(subject), wanted_(subject.intervals == Intervals::all) {}
  void add(const Rows& rows) override { counts_.add(rows); }
  Results finish() override {
    double sum = 0, below = 0, above = 0;
    std::int64_t classes = 0;
    for (std::int64_t c = 0; c < counts_.classes; ++c) {
      if (counts_.rows_of(c) == 0) continue;
      const double share = quotient(counts_.at(c, c), counts_.rows_of(c));
      const Interval of = wilson(counts_.at(c, c), counts_.rows_of(c));
      sum += share;
      below += (share - of.low) * (share - of.low), above += (of.high - share) * (of.high - share);
      ++classes;
    }
    if (classes == 0) return {result(results[0], std::nullopt, "no rows of a class")};
    const auto count = static_cast<double>(classes);
    Result out = result(results[0], sum / count);
    // Of a sum of independent shares each with Wilson's interval: squares are added (Newcombe 1998).
    if (wanted_) out.interval = cut({(sum - std::sqrt(below)) / count, (sum + std::sqrt(above)) / count}, 1);
    return {out};
  }

 private:
  Counts counts_;
  bool wanted_;
};

}  // namespace

extern const MetricKind balanced_accuracy_kind{
    {"balanced_accuracy",
     "share of its rows that is found of a class, the mean over the classes that have rows "
     "(sklearn.metrics.balanced_accuracy_score)"},
    Compares::classes,
    results,
    begin<BalancedAccuracy>};

}  // namespace gradus::metric
