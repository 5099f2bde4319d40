#include "gradus/learn/nn/metrics/parts.hpp"

namespace gradus::metric {
namespace {

constexpr ResultSpec results[] = {
    {"balanced_accuracy", "balanced accuracy", Unit::share, "mean over the classes of the share that was found"}};

class BalancedAccuracy : public Sums {
 public:
  explicit BalancedAccuracy(const Subject& subject) : counts_(subject) {}
  void add(const Rows& rows) override { counts_.add(rows); }
  Results finish() override {
    double sum = 0;
    std::int64_t classes = 0;
    for (std::int64_t c = 0; c < counts_.classes; ++c) {
      if (counts_.rows_of(c) == 0) continue;
      sum += quotient(counts_.at(c, c), counts_.rows_of(c));
      ++classes;
    }
    if (classes == 0) return {result(results[0], std::nullopt, "no rows of a class")};
    return {result(results[0], sum / static_cast<double>(classes))};
  }

 private:
  Counts counts_;
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
