#include <algorithm>

#include "gradus/learn/nn/metrics/parts.hpp"

namespace gradus::metric {
namespace {

constexpr ResultSpec results[] = {
    {"calibration_error", "calibration error", Unit::share, "0: probabilities that hold"}};

constexpr Key keys[] = {
    {"bins", KeyType::whole, "15", "equal parts of the probabilities from 0 to 1", {.low = 1, .high = 10000}}};

struct Bin {
  double confidence = 0;
  double squares = 0;  // of what is right less the confidence, where an interval is wanted
  std::int64_t correct = 0, rows = 0;
};

class CalibrationError : public Sums {
 public:
  CalibrationError(std::int64_t bins, Intervals intervals)
      : bins_(static_cast<std::size_t>(bins)), wanted_(intervals == Intervals::all) {}
  void add(const Rows& rows) override {
    const auto targets = classes_of(rows);
    for (std::size_t i = 0; i < targets.size(); ++i) {
      const auto row = static_cast<std::int64_t>(i);
      const std::int64_t found = nn::class_of(rows.prediction, row);
      if (targets[i] < 0 || found < 0) continue;
      const double confidence = probability(rows, row, found);
      const double place = std::ceil(confidence * static_cast<double>(bins_.size())) - 1;
      Bin& bin = bins_[static_cast<std::size_t>(std::clamp(place, 0.0, static_cast<double>(bins_.size() - 1)))];
      bin.confidence += confidence;
      bin.correct += found == targets[i] ? 1 : 0;
      if (const double over = (found == targets[i] ? 1 : 0) - confidence; wanted_) bin.squares += over * over;
      ++bin.rows;
      ++rows_;
    }
  }
  Results finish() override {
    if (rows_ == 0) return {result(results[0], std::nullopt, "no rows of a class")};
    double sum = 0;
    for (const Bin& bin : bins_) sum += std::fabs(static_cast<double>(bin.correct) - bin.confidence);
    const auto n = static_cast<double>(rows_);
    Result out = result(results[0], sum / n);
    if (wanted_ && rows_ > 1) out.interval = interval(sum / n);
    return {out};
  }

 private:
  /// Of the mean of what each row adds to the side to which its bin is off.
  Interval interval(double mean) const {
    const auto n = static_cast<double>(rows_);
    double squares = 0;
    for (const Bin& bin : bins_) squares += bin.squares;
    return cut(interval_of_mean(mean, std::sqrt(std::max(0.0, squares / n - mean * mean) / (n - 1)), rows_), 1);
  }

  std::vector<Bin> bins_;
  bool wanted_;
  std::int64_t rows_ = 0;
};

}  // namespace

extern const MetricKind calibration_error_kind{
    {"calibration_error",
     "how far the probability of the predicted class is from the share that is right, the mean over rows in bins of "
     "that probability (Guo et al. 2017)",
     keys},
    Compares::classes,
    results,
    [](const Keys& of, const Subject& subject) -> std::unique_ptr<Sums> {
      return std::make_unique<CalibrationError>(of.whole("bins"), subject.intervals);
    }};

}  // namespace gradus::metric
