// Areas under curves over all thresholds of a probability.
#include <algorithm>

#include "gradus/learn/nn/metrics/parts.hpp"

namespace gradus::metric {
namespace {

constexpr ResultSpec roc_results[] = {{"roc_area", "ROC area", Unit::score, "0.5: no better than chance; 1: perfect"}};
constexpr ResultSpec pr_results[] = {
    {"pr_area", "PR area", Unit::score, "the share of the class: no better than chance; 1: perfect"}};

/// A probability, and whether the row is of the class.
struct Scored {
  double score;
  bool positive;
};

/// The rows of one score together, from the greatest score on.
struct Threshold {
  double positives = 0, negatives = 0;
};

std::vector<Threshold> steps_of(std::vector<Scored>& rows) {
  std::sort(rows.begin(), rows.end(), [](const Scored& a, const Scored& b) { return a.score > b.score; });
  std::vector<Threshold> steps;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i == 0 || rows[i].score != rows[i - 1].score) steps.emplace_back();
    (rows[i].positive ? steps.back().positives : steps.back().negatives) += 1;
  }
  return steps;
}

/// Share of the pairs (of the class, not of it) whose first has the greater score; equal scores count a half.
double roc_area(const std::vector<Threshold>& steps, double positives, double negatives) {
  double before = 0, sum = 0;  // positives with a greater score
  for (const Threshold& step : steps) {
    sum += step.negatives * (before + 0.5 * step.positives);
    before += step.positives;
  }
  return sum / (positives * negatives);
}

/// Sum over the thresholds of precision times what recall grows by.
double average_precision(const std::vector<Threshold>& steps, double positives, double) {
  double found = 0, taken = 0, sum = 0;
  for (const Threshold& step : steps) {
    found += step.positives;
    taken += step.positives + step.negatives;
    sum += step.positives / positives * (found / taken);
  }
  return sum;
}

using Area = double (*)(const std::vector<Threshold>&, double, double);

/// One class against the others, the mean over the classes; of two classes the second.
class Areas : public Sums {
 public:
  Areas(const Subject& subject, const ResultSpec& spec, Area area)
      : spec_(spec), area_(area), first_(subject.classes.size() == 2 ? 1 : 0), of_(subject.classes.size()) {}

  void add(const Rows& rows) override {
    const auto targets = classes_of(rows);
    for (std::size_t i = 0; i < targets.size(); ++i) {
      const auto row = static_cast<std::int64_t>(i);
      if (targets[i] < 0) continue;
      finite_ = finite_ && nn::class_of(rows.prediction, row) >= 0;
      for (std::size_t c = first_; c < of_.size(); ++c) {
        const auto number = static_cast<std::int64_t>(c);
        of_[c].push_back({probability(rows, row, number), targets[i] == number});
      }
    }
  }

  Results finish() override {
    if (!finite_) return {result(spec_, std::nullopt, "predictions that are not finite")};
    double sum = 0;
    std::int64_t classes = 0;
    for (std::size_t c = first_; c < of_.size(); ++c) {
      const auto positives = std::count_if(of_[c].begin(), of_[c].end(), [](const Scored& s) { return s.positive; });
      const auto negatives = std::ssize(of_[c]) - positives;
      if (positives == 0 || negatives == 0) continue;
      sum += area_(steps_of(of_[c]), static_cast<double>(positives), static_cast<double>(negatives));
      ++classes;
    }
    if (classes == 0) return {result(spec_, std::nullopt, "rows of one class")};
    return {result(spec_, sum / static_cast<double>(classes))};
  }

 private:
  const ResultSpec& spec_;
  Area area_;
  std::size_t first_;
  std::vector<std::vector<Scored>> of_;  // by class
  bool finite_ = true;
};

}  // namespace

extern const MetricKind roc_area_kind{
    {"roc_area",
     "area under the ROC curve: how often a row of a class is given a greater probability of it than a row of others; "
     "the mean over the classes that have rows (sklearn.metrics.roc_auc_score, one against the rest)"},
    Compares::classes,
    roc_results,
    [](const Keys&, const Subject& subject) -> std::unique_ptr<Sums> {
      return std::make_unique<Areas>(subject, roc_results[0], roc_area);
    }};

extern const MetricKind pr_area_kind{
    {"pr_area",
     "area under the curve of precision over recall, as a sum of steps; the mean over the classes that have rows "
     "(sklearn.metrics.average_precision_score)"},
    Compares::classes,
    pr_results,
    [](const Keys&, const Subject& subject) -> std::unique_ptr<Sums> {
      return std::make_unique<Areas>(subject, pr_results[0], average_precision);
    }};

}  // namespace gradus::metric
