#include <algorithm>

#include "gradus/learn/nn/metrics/parts.hpp"

namespace gradus::metric {
namespace {

constexpr ResultSpec results[] = {
    {"top", "among the likeliest", Unit::share, "their share, with Wilson's interval", true}};

constexpr Key keys[] = {{"k", KeyType::whole, "5", "how many classes are looked at", {.low = 1}}};

class Top : public Sums {
 public:
  explicit Top(std::int64_t k) : k_(k) {}
  void add(const Rows& rows) override {
    const auto targets = classes_of(rows);
    for (std::size_t i = 0; i < targets.size(); ++i) found_ += holds(rows, static_cast<std::int64_t>(i), targets[i]);
    rows_ += std::ssize(targets);
  }
  Results finish() override {
    Results out{result(results[0], quotient(found_, rows_))};
    out[0].interval = wilson(found_, rows_);
    return out;
  }

 private:
  /// Whether fewer than k classes are likelier; of equal ones the first is.
  bool holds(const Rows& rows, std::int64_t row, std::int64_t target) const {
    if (target < 0 || nn::class_of(rows.prediction, row) < 0) return false;
    const std::int64_t classes = std::max<std::int64_t>(rows.prediction.shape().last(), 2);
    const double own = probability(rows, row, target);
    std::int64_t before = 0;
    for (std::int64_t c = 0; c < classes; ++c) {
      const double other = probability(rows, row, c);
      before += other > own || (other == own && c < target) ? 1 : 0;
    }
    return before < k_;
  }
  std::int64_t k_, found_ = 0, rows_ = 0;
};

}  // namespace

extern const MetricKind top_kind{
    {"top", "share of the rows whose class is among the k likeliest (sklearn.metrics.top_k_accuracy_score)", keys},
    Compares::classes,
    results,
    [](const Keys& of, const Subject&) -> std::unique_ptr<Sums> { return std::make_unique<Top>(of.whole("k")); }};

}  // namespace gradus::metric
