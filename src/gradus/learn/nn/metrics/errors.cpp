// Sizes of the errors y - t, element by element.
#include <algorithm>

#include "gradus/learn/nn/metrics/parts.hpp"

namespace gradus::metric {
namespace {

constexpr ResultSpec mse_results[] = {{"mse", "MSE", Unit::target_squared, "in squared units of the target"}};
constexpr ResultSpec rmse_results[] = {{"rmse", "RMSE", Unit::target, "in units of the target"}};
constexpr ResultSpec mae_results[] = {{"mae", "mean error", Unit::target, "in units of the target"}};
constexpr ResultSpec max_results[] = {{"max_error", "largest error", Unit::target, "in units of the target"}};

/// A sum over errors, and what is made of it and of their count.
class ErrorSum : public Sums {
 public:
  using Join = double (*)(double sum, double error);
  using Finish = double (*)(double sum, double count);
  ErrorSum(const ResultSpec& spec, Join join, Finish end, Intervals intervals)
      : spec_(spec), join_(join), finish_(end), terms_(intervals) {}

  void add(const Rows& rows) override {
    for (std::int64_t i = 0; i < rows.target.count(); ++i) {
      const double error = rows.prediction.number(i) - rows.target.number(i);
      sum_ = join_(sum_, error);
      terms_.add(join_(0, error));
    }
    count_ += rows.target.count();
  }
  Results finish() override {
    if (count_ == 0) return {result(spec_, std::nullopt, "no rows")};
    Result out = result(spec_, finish_(sum_, static_cast<double>(count_)));
    if (const auto mean = terms_.interval()) {
      const Interval of = cut(*mean);
      out.interval = Interval{finish_(of.low, 1), finish_(of.high, 1)};
    }
    return {out};
  }

 private:
  const ResultSpec& spec_;
  Join join_;
  Finish finish_;
  double sum_ = 0;
  std::int64_t count_ = 0;
  MeanInterval terms_;
};

double add_square(double sum, double error) { return sum + error * error; }
double add_size(double sum, double error) { return sum + std::fabs(error); }
double greater(double most, double error) {
  return std::isnan(error) || std::isnan(most) ? most + error : std::max(most, std::fabs(error));
}
double mean(double sum, double count) { return sum / count; }

}  // namespace

extern const MetricKind mse_kind{{"mse", "mean of the squared errors (sklearn.metrics.mean_squared_error)"},
                                 Compares::numbers,
                                 mse_results,
                                 [](const Keys&, const Subject& subject) -> std::unique_ptr<Sums> {
                                   return std::make_unique<ErrorSum>(mse_results[0], add_square, mean,
                                                                     subject.intervals);
                                 }};

extern const MetricKind rmse_kind{
    {"rmse", "root of the mean of the squared errors (sklearn.metrics.root_mean_squared_error)"},
    Compares::numbers,
    rmse_results,
    [](const Keys&, const Subject& subject) -> std::unique_ptr<Sums> {
      return std::make_unique<ErrorSum>(
          rmse_results[0], add_square, [](double sum, double count) { return std::sqrt(sum / count); },
          subject.intervals);
    }};

extern const MetricKind mae_kind{{"mae", "mean of the sizes of the errors (sklearn.metrics.mean_absolute_error)"},
                                 Compares::numbers,
                                 mae_results,
                                 [](const Keys&, const Subject& subject) -> std::unique_ptr<Sums> {
                                   return std::make_unique<ErrorSum>(mae_results[0], add_size, mean, subject.intervals);
                                 }};

extern const MetricKind max_error_kind{{"max_error", "size of the largest error (sklearn.metrics.max_error)"},
                                       Compares::numbers,
                                       max_results,
                                       [](const Keys&, const Subject&) -> std::unique_ptr<Sums> {
                                         return std::make_unique<ErrorSum>(
                                             max_results[0], greater, [](double most, double) { return most; },
                                             Intervals::usual);
                                       }};

}  // namespace gradus::metric
