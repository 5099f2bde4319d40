#include "gradus/learn/nn/metrics/parts.hpp"

namespace gradus::metric {
namespace {

constexpr ResultSpec results[] = {
    {"correct", "correct", Unit::count, "rows whose class was predicted", false, false},
    {"accuracy", "accuracy", Unit::share, "their share, with Wilson's interval", true},
};

Results results_of(std::int64_t correct, std::int64_t rows) {
  Results out{result(results[0], static_cast<double>(correct)), result(results[1], quotient(correct, rows))};
  out[1].interval = wilson(correct, rows);
  return out;
}

class Accuracy : public Sums {
 public:
  explicit Accuracy(const Subject&) {}
  void add(const Rows& rows) override {
    const auto targets = classes_of(rows);
    for (std::size_t i = 0; i < targets.size(); ++i) {
      // A row without a class is wrong, also where the model does not know the class of the row.
      const std::int64_t found = nn::class_of(rows.prediction, static_cast<std::int64_t>(i));
      correct_ += found >= 0 && found == targets[i] ? 1 : 0;
    }
    rows_ += std::ssize(targets);
  }
  Results finish() override { return results_of(correct_, rows_); }

 private:
  std::int64_t correct_ = 0, rows_ = 0;
};

/// Files of gradus 0.1 keep the number of correct rows alone.
void complete(Results& kept, std::int64_t rows) {
  const Result* correct = find(kept, results[0].name);
  if (correct == nullptr || !correct->number || find(kept, results[1].name) != nullptr) return;
  kept.push_back(results_of(static_cast<std::int64_t>(*correct->number), rows)[1]);
}

}  // namespace

extern const MetricKind accuracy_kind{
    {"accuracy", "share of the rows whose class was predicted (sklearn.metrics.accuracy_score)"},
    Compares::classes,
    results,
    begin<Accuracy>,
    complete};

}  // namespace gradus::metric
