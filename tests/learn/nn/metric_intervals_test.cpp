#include <gtest/gtest.h>

#include <cmath>
#include <tuple>

#include "gradus/learn/nn/metric.hpp"
#include "gradus/learn/nn/metrics/student.hpp"

namespace gradus::metric {
namespace {

struct Named {
  const char* name;
  double value;
};
struct Ends {
  const char* name;
  double low, high;
};

#include "tests/learn/nn/metric_intervals.inl"
#include "tests/learn/nn/scipy_quantiles.inl"
#include "tests/learn/nn/sklearn_metrics.inl"

Results measure(const Metrics& metrics, Subject subject, const std::vector<double>& predicted,
                const std::vector<double>& truth, Intervals intervals = Intervals::all) {
  subject.intervals = intervals;
  Measurement measurement(metrics, subject);
  const auto rows = static_cast<std::int64_t>(truth.size());
  const bool classes = !subject.classes.empty();
  Tensor p(DType::f64, {rows, subject.outputs}),
      t(classes ? DType::i64 : DType::f64, classes ? Shape{rows} : Shape{rows, 1});
  for (std::int64_t i = 0; i < p.count(); ++i) p.set(i, predicted[static_cast<std::size_t>(i)]);
  for (std::int64_t i = 0; i < rows; ++i) t.set(i, truth[static_cast<std::size_t>(i)]);
  measurement.add({p, t});
  return measurement.finish();
}

std::vector<std::string> names(std::int64_t count) {
  std::vector<std::string> out;
  for (std::int64_t c = 0; c < count; ++c) out.push_back("class " + std::to_string(c));
  return out;
}

void expect_ends(const Results& results, const std::vector<Ends>& expected) {
  for (const Ends& one : expected) {
    const Result* found = find(results, one.name);
    ASSERT_TRUE(found != nullptr && found->interval) << one.name;
    EXPECT_NEAR(found->interval->low, one.low, 1e-9 * std::max(1.0, std::abs(one.low))) << one.name;
    EXPECT_NEAR(found->interval->high, one.high, 1e-9 * std::max(1.0, std::abs(one.high))) << one.name;
    EXPECT_LE(found->interval->low, *found->number) << one.name;
    EXPECT_GE(found->interval->high, *found->number) << one.name;
  }
}

/// 200 rows by rising score, the upper half of the second class but for one pair, which is swapped.
Results areas_of_ranks(bool swapped, double (*score)(double rank)) {
  std::vector<double> predicted, truth;
  for (int rank = 0; rank < 200; ++rank) {
    const bool second = (rank >= 100) != (swapped && (rank == 99 || rank == 100));
    predicted.insert(predicted.end(), {1 - score(rank), score(rank)});
    truth.push_back(second ? 1 : 0);
  }
  return measure(metrics_for(true), {2, names(2)}, predicted, truth);
}

// Where the scale of the logit has no end: Wilson's ends are the roots of (a - p)^2 = z^2 p (1 - p) / n.
TEST(MetricIntervals, OfAreasNearTheirEnds) {
  const auto rising = [](double rank) { return (rank + 0.5) / 200; };
  const Results near = areas_of_ranks(true, rising);
  const Result* pr = find(near, "pr_area");
  ASSERT_TRUE(pr && pr->interval);
  const double area = (99 + 100.0 / 101) / 100, z = 1.959963984540054, n = 100;
  EXPECT_NEAR(*pr->number, area, 1e-12);
  for (const double p : {pr->interval->low, pr->interval->high}) {
    EXPECT_NEAR((area - p) * (area - p), z * z * p * (1 - p) / n, 1e-12) << p;
  }
  const Results perfect = areas_of_ranks(false, rising);
  EXPECT_EQ(*find(perfect, "pr_area")->number, 1);
  EXPECT_GT(find(perfect, "pr_area")->interval->low, 0.9);
  const Results reversed = areas_of_ranks(false, [](double rank) { return 1 - (rank + 0.5) / 200; });
  const Result *none = find(reversed, "roc_area"), *all = find(perfect, "roc_area");
  EXPECT_EQ(*none->number, 0);
  EXPECT_NEAR(none->interval->high, 1 - all->interval->low, 1e-12);
  const Results equal = areas_of_ranks(false, [](double) { return 0.5; });
  EXPECT_EQ(*find(equal, "roc_area")->number, 0.5);
  EXPECT_FALSE(find(equal, "roc_area")->interval) << "equal scores tell nothing";
}

TEST(MetricIntervals, OfClassesAreThoseOfOtherPrograms) {
  const Metrics metrics = metrics_for(true);
  expect_ends(measure(metrics, {4, names(4)}, four_predicted, four_truth), four_intervals);
  expect_ends(measure(metrics, {5, names(5)}, lacking_predicted, lacking_truth), lacking_intervals);
  expect_ends(measure(metrics, {2, names(2)}, two_predicted, two_truth), two_intervals);
}

TEST(MetricIntervals, OfNumbersAreThoseOfOtherPrograms) {
  Metrics metrics = metrics_for(false);
  for (const char* q : {"0.5", "0.333"}) metrics.push_back(parse_metrics("error_quantile q " + std::string(q))[0]);
  const Results made = measure(metrics, {1, {}}, errors_predicted, errors_truth);
  expect_ends(made, errors_intervals);
  EXPECT_FALSE(find(made, "max_error")->interval) << "the largest of new rows has no end";
  expect_ends(scaled(made, 2), {{"mae", 2 * errors_intervals[2].low, 2 * errors_intervals[2].high},
                                {"mse", 4 * errors_intervals[0].low, 4 * errors_intervals[0].high}});
}

TEST(MetricIntervals, AreOnlyWhereTheyAreAskedForAndMeanSomething) {
  const auto count = [](const Results& results) {
    return std::count_if(results.begin(), results.end(), [](const Result& one) { return one.interval.has_value(); });
  };
  const Metrics classes = reported_metrics(true), numbers = reported_metrics(false);
  EXPECT_EQ(count(measure(classes, {2, names(2)}, two_predicted, two_truth, Intervals::usual)), 1) << "accuracy's";
  EXPECT_EQ(count(measure(numbers, {1, {}}, errors_predicted, errors_truth, Intervals::usual)), 0);
  // Predictions that are not finite, one row, a single class, few rows.
  const Results nan = measure(numbers, {1, {}}, {NAN, 1, 2}, {0, 1, 4});
  EXPECT_EQ(count(nan), 0);
  EXPECT_EQ(count(measure(numbers, {1, {}}, {1}, {2})), 0);
  const Results one = measure(classes, {2, names(2)}, {0.3, 0.7, 0.4, 0.6}, {1, 1});
  EXPECT_FALSE(find(one, "roc_area")->interval);
  EXPECT_EQ(find(one, "roc_area")->undefined, "rows of one class");
  EXPECT_FALSE(find(measure(numbers, {1, {}}, {1, 2, 3}, {1, 3, 5}), "error_quantile")->interval)
      << "three rows say nothing of where 97.5 % of new ones end";
}

TEST(MetricIntervals, OfWhatIsPerfectAreNotPoints) {
  std::vector<double> p, t;
  for (int i = 0; i < 40; ++i)
    t.push_back(i % 4 == 0), p.insert(p.end(), {i % 4 == 0 ? 0.1 : 0.9, i % 4 == 0 ? 0.9 : 0.1});
  const Results made = measure(reported_metrics(true), {2, names(2)}, p, t);
  for (const char* name : {"accuracy", "balanced_accuracy", "roc_area", "pr_area"}) {
    const Result& one = *find(made, name);
    EXPECT_DOUBLE_EQ(*one.number, 1) << name;
    EXPECT_EQ(one.interval->high, 1) << name;
    EXPECT_LT(one.interval->low, 0.95) << name;
  }
  EXPECT_NEAR(find(made, "roc_area")->interval->low, std::pow(0.025, 0.1), 1e-12) << "ten rows of the class";
  // A class with a single row says nothing of how areas vary.
  t.assign(40, 0), t[0] = 1;
  EXPECT_FALSE(find(measure(reported_metrics(true), {2, names(2)}, p, t), "roc_area")->interval);
}

TEST(MetricIntervals, Quantiles) {
  for (const auto& [freedom, level, t] : student_values)
    EXPECT_NEAR(student_t(freedom, level) / t, 1, 1e-7) << freedom << " " << level;
  for (const auto& [trials, share, level, quantile] : binomial_values)
    EXPECT_EQ(binomial_quantile(trials, share, level), quantile) << trials << " " << share << " " << level;
  EXPECT_EQ(binomial_quantile(10, 0, 0.5), 0);
  EXPECT_EQ(binomial_quantile(10, 1, 0.5), 10);
}

}  // namespace
}  // namespace gradus::metric
