#include <gtest/gtest.h>

#include <cmath>

#include "gradus/core/base/error.hpp"
#include "gradus/learn/nn/metric.hpp"
#include "gradus/learn/nn/scores.hpp"
#include "tests/support/refusal.hpp"

namespace gradus {
namespace {

struct Named {
  const char* name;
  double value;
};

#include "tests/learn/nn/sklearn_metrics.inl"

/// The results over rows that come in batches of 37.
metric::Results measure(const metric::Metrics& metrics, const metric::Subject& subject,
                        const std::vector<double>& predicted, const std::vector<double>& truth, DType dtype) {
  metric::Measurement measurement(metrics, subject);
  const auto width = static_cast<std::size_t>(subject.outputs);
  constexpr std::size_t batch = 37;
  const std::size_t rows = predicted.size() / width;
  for (std::size_t first = 0; first < rows; first += batch) {
    const std::size_t count = std::min(batch, rows - first);
    const auto sizes = static_cast<std::int64_t>(count);
    Tensor p(dtype, {sizes, subject.outputs});
    Tensor t(subject.classes.empty() ? dtype : DType::i64,
             subject.classes.empty() ? Shape{sizes, subject.outputs} : Shape{sizes});
    for (std::size_t i = 0; i < count * width; ++i) p.set(static_cast<std::int64_t>(i), predicted[first * width + i]);
    for (std::int64_t i = 0; i < t.count(); ++i) t.set(i, truth[first + static_cast<std::size_t>(i)]);
    measurement.add({p, t});
  }
  return measurement.finish();
}

std::vector<std::string> names(std::int64_t count) {
  std::vector<std::string> out;
  for (std::int64_t c = 0; c < count; ++c) out.push_back("class " + std::to_string(c));
  return out;
}

void expect_equal(const metric::Results& results, const std::vector<Named>& expected, double tolerance) {
  for (const Named& one : expected) {
    const metric::Result* found = metric::find(results, one.name);
    ASSERT_NE(found, nullptr) << one.name;
    ASSERT_TRUE(found->number) << one.name;
    EXPECT_NEAR(*found->number, one.value, tolerance * std::max(1.0, std::fabs(one.value))) << one.name;
  }
}

struct OfClasses {
  const char* name;
  std::int64_t classes;
  const std::vector<double>&truth, &predicted, &confusion;
  const std::vector<Named>& metrics;
};

TEST(Metrics, OfClassesAreScikitLearns) {
  metric::Metrics metrics = metric::metrics_for(true);
  for (const char* more : {"calibration_error bins 4", "top k 2"}) metrics.push_back(metric::parse_metrics(more)[0]);
  for (const OfClasses& one : {OfClasses{"four", 4, four_truth, four_predicted, four_confusion, four_metrics},
                               {"lacking", 5, lacking_truth, lacking_predicted, lacking_confusion, lacking_metrics},
                               {"two", 2, two_truth, two_predicted, two_confusion, two_metrics}}) {
    SCOPED_TRACE(one.name);
    for (const DType dtype : {DType::f64, DType::f32}) {
      metric::Results results = measure(metrics, {one.classes, names(one.classes)}, one.predicted, one.truth, dtype);
      std::vector<Named> expected = one.metrics;
      // A certain error counts with the last digit of its type.
      if (dtype == DType::f32)
        std::erase_if(expected, [](const Named& n) { return n.name == std::string("log_loss"); });
      expect_equal(results, expected, 1e-14);
      const metric::Result* confusion = metric::find(results, "confusion");
      ASSERT_TRUE(confusion != nullptr && confusion->table);
      EXPECT_EQ(confusion->table->rows, names(one.classes));
      EXPECT_EQ(std::vector<double>(confusion->table->counts.begin(), confusion->table->counts.end()), one.confusion);
    }
  }
}

// A net with one output gives the probability of class 1.
TEST(Metrics, OfOneOutputAreThoseOfBothClasses) {
  std::vector<double> second;
  for (std::size_t i = 1; i < two_predicted.size(); i += 2) second.push_back(two_predicted[i]);
  std::vector<Named> expected = two_metrics;
  const metric::Results both = measure(metric::metrics_for(true), {2, names(2)}, two_predicted, two_truth, DType::f64);
  const metric::Results one = measure(metric::metrics_for(true), {1, names(2)}, second, two_truth, DType::f64);
  ASSERT_EQ(both.size(), one.size());
  for (std::size_t i = 0; i < both.size(); ++i) EXPECT_EQ(both[i].number, one[i].number) << both[i].name;
}

TEST(Metrics, OfNumbersAreScikitLearns) {
  metric::Metrics metrics = metric::metrics_for(false);
  for (const char* q : {"0.5", "0.333", "1", "0"}) {
    metrics.push_back(metric::parse_metrics("error_quantile " + std::string(q))[0]);
  }
  for (const DType dtype : {DType::f64, DType::f32}) {
    expect_equal(measure(metrics, {1, {}}, errors_predicted, errors_truth, dtype), errors_metrics, 1e-14);
  }
}

// A row that has no class is wrong; a row of a class that the model does not know is predicted as one that it is not.
TEST(Metrics, CountRowsWithoutAClassAsWrong) {
  const metric::Metrics metrics = metric::metrics_for(true);
  metric::Measurement measurement(metrics, {2, {"a", "b"}});
  measurement.add(
      {Tensor::from({4, 2}, {0.9, 0.1, NAN, 0, 0.2, 0.8, 0.25, 0.75}), Tensor::from({4}, {0, 0, 1, -1}, DType::i64)});
  const metric::Results results = measurement.finish();
  expect_equal(results, {{"accuracy", 0.5}, {"balanced_accuracy", 0.75}, {"precision", 0.75}, {"recall", 0.75}}, 1e-15);
  const metric::Table& table = *metric::find(results, "confusion")->table;
  EXPECT_EQ(table.rows, (std::vector<std::string>{"a", "b", "(others)"}));
  EXPECT_EQ(table.columns, (std::vector<std::string>{"a", "b", "(none)"}));
  EXPECT_EQ(table.counts, (std::vector<std::int64_t>{1, 0, 1, 0, 1, 0, 0, 1, 0}));
  EXPECT_FALSE(metric::find(results, "roc_area")->number);
  EXPECT_EQ(metric::number_text(*metric::find(results, "roc_area")), "undefined (predictions that are not finite)");
}

TEST(Metrics, AreUndefinedWhereTheyMeanNothing) {
  const auto numbers = metric::metrics_for(false);
  const metric::Results constant = measure(numbers, {1, {}}, {1, 2}, {5, 5}, DType::f64);
  EXPECT_EQ(metric::describe(*metric::find(constant, "r2")), "R2 undefined (constant target)");
  for (const metric::Result& one : metric::Measurement(numbers, {1, {}}).finish()) EXPECT_FALSE(one.number) << one.name;
  const metric::Results same =
      measure(metric::metrics_for(true), {2, {"a", "b"}}, {0.5, 0.5, 1, 0}, {0, 0}, DType::f64);
  EXPECT_EQ(metric::number_text(*metric::find(same, "pr_area")), "undefined (rows of one class)");
}

// The nearest f32 to 0.1 is 0.100000001490116...; the target is told apart from it in f64.
TEST(Metrics, TakeErrorsInF64) {
  metric::Measurement measurement(metric::parse_metrics("mae"), {1, {}});
  measurement.add({Tensor::from({1, 1}, {0.1}, DType::f32), Tensor::from({1, 1}, {0.1}, DType::f64)});
  EXPECT_NEAR(*measurement.finish()[0].number, 1.490116119e-9, 1e-17);
}

TEST(Metrics, GoIntoUnitsOfTheDataByTheirUnit) {
  const metric::Results in = measure(metric::metrics_for(false), {1, {}}, {1, 2, 4}, {1, 1, 1.5}, DType::f64);
  const metric::Results out = metric::scaled(in, 3);
  for (const auto& [name, factor] :
       {std::pair{"mse", 9.0}, {"rmse", 3.0}, {"mae", 3.0}, {"r2", 1.0}, {"error_quantile", 3.0}}) {
    EXPECT_DOUBLE_EQ(*metric::find(out, name)->number, factor * *metric::find(in, name)->number) << name;
  }
}

TEST(Metrics, ReadBackWhatTheyPut) {
  metric::Metrics metrics = metric::parse_metrics("accuracy, top k 2, roc_area");
  const metric::Results results = measure(metrics, {4, names(4)}, four_predicted, four_truth, DType::f64);
  json::Object object{{"rows", 150}};
  metric::put(object, results);
  const metric::Results columns = metric::read_columns(metric::describe_columns(results));
  constexpr std::string_view but[] = {"rows"};
  const metric::Results back = metric::take(json::parse(json::write(object), "test"), but, columns);
  ASSERT_EQ(back.size(), results.size());
  for (std::size_t i = 0; i < back.size(); ++i) {
    EXPECT_EQ(back[i].name, results[i].name);
    EXPECT_EQ(back[i].number, results[i].number);
    EXPECT_EQ(metric::describe(back[i]), metric::describe(results[i]));
  }
}

TEST(Metrics, SayWhatTheyCompare) {
  EXPECT_EQ(metric::print(metric::parse_metrics("rmse,error-quantile 0.5")), "rmse, error_quantile q 0.5");
  EXPECT_EQ(test::refusal([] { metric::check(metric::parse_metrics("accuracy, mse"), true, "--metrics"); }),
            "--metrics: found mse, which compares numbers; expected metrics of classes; try: --metrics accuracy");
  EXPECT_EQ(test::refusal([] { metric::parse_metrics("r2, rmes", {}, "--metrics"); }).substr(0, 27),
            "--metrics: found \"rmes\"; ex");
  EXPECT_NE(test::refusal([] { metric::parse_metrics("r2, mse, r2"); }).find("found r2 twice"), std::string::npos);
  EXPECT_NE(test::refusal([] { metric::parse_metrics("r2,"); }).find("found nothing"), std::string::npos);
}

TEST(Metrics, RefuseRowsThatDoNotBelongTogether) {
  metric::Measurement classes(metric::usual_metrics(true), {3, names(3)}),
      numbers(metric::usual_metrics(false), {1, {}});
  EXPECT_THROW(classes.add({Tensor(DType::f32, {2, 3}), Tensor(DType::i64, {3})}), UserError);
  EXPECT_THROW(classes.add({Tensor(DType::f32, {3, 3}), Tensor(DType::f32, {3})}), UserError);
  EXPECT_THROW(classes.add({Tensor(DType::f32, {3, 2}), Tensor(DType::i64, {3})}), UserError);
  EXPECT_THROW(classes.add({Tensor(DType::f32, {1, 3}), Tensor::from({1}, {3}, DType::i64)}), UserError);
  EXPECT_THROW(numbers.add({Tensor(DType::f32, {2, 1}), Tensor(DType::f32, {3, 1})}), UserError);
}

// A kind of a program's own: the share of predictions that are within a distance.
class Within : public metric::Sums {
 public:
  explicit Within(double distance) : distance_(distance) {}
  void add(const metric::Rows& rows) override {
    for (std::int64_t i = 0; i < rows.target.count(); ++i) {
      hits_ += std::fabs(rows.prediction.number(i) - rows.target.number(i)) <= distance_ ? 1 : 0, ++count_;
    }
  }
  metric::Results finish() override {
    return {{.name = "within", .label = "within", .unit = metric::Unit::share, .number = hits_ / count_}};
  }

 private:
  double distance_, hits_ = 0, count_ = 0;
};
constexpr kinds::Key within_keys[] = {{"distance", kinds::KeyType::number, "1", "the distance", kinds::positive}};
constexpr metric::ResultSpec within_results[] = {{"within", "within", metric::Unit::share, "share of the rows"}};
const metric::MetricKind within_kind{
    {"within", "share of the predictions within a distance", within_keys},
    metric::Compares::numbers,
    within_results,
    [](const kinds::Keys& keys, const metric::Subject&) -> std::unique_ptr<metric::Sums> {
      return std::make_unique<Within>(keys.number("distance"));
    }};

TEST(Metrics, OfAProgramsOwnAreGivenInTheList) {
  constexpr const metric::MetricKind* own[] = {&within_kind};
  const metric::Metrics metrics = metric::parse_metrics("mae, within, within 2.5", own);
  const metric::Results results = measure(metrics, {1, {}}, {1, 2, 3, 4}, {1, 4, 6, 4.5}, DType::f64);
  expect_equal(results, {{"mae", 1.375}, {"within", 0.5}, {"within_distance_2.5", 0.75}}, 1e-15);
  EXPECT_THROW(metric::parse_metrics("mae, within"), UserError);
}

TEST(Scores, StandForTheLargestOrAboveAHalf) {
  const Tensor two = Tensor::from({4, 2}, {1, 0, 0, 1, 0.5, 0.5, -1, -2}, DType::f32);
  const std::int64_t expected[] = {0, 1, 0, 0};  // the tie of row 2 goes to class 0
  for (std::int64_t row = 0; row < 4; ++row) EXPECT_EQ(nn::class_of(two, row), expected[row]);
  const Tensor one = Tensor::from({3, 1}, {0.5, 0.51, 0.2});
  EXPECT_EQ(nn::class_of(one, 0), 0);
  EXPECT_EQ(nn::class_of(one, 1), 1);
  const Tensor none = Tensor::from({3, 2}, {NAN, 0, 0, NAN, 0, INFINITY}, DType::f32);
  for (std::int64_t row = 0; row < 3; ++row) EXPECT_EQ(nn::class_of(none, row), -1);
  EXPECT_EQ(nn::class_of(Tensor::from({1, 1}, {NAN}), 0), -1);
  EXPECT_THROW(nn::class_of(two, 4), UserError);
}

TEST(NotFinite, CountsAndNamesRows) {
  nn::NotFinite found;
  const Tensor rows = Tensor::from({3, 2}, {0, NAN, 1, 2, -INFINITY, 0}, DType::f32);
  for (int round = 0; round < 20; ++round) {
    for (std::int64_t row = 0; row < 3; ++row) found.add(rows, row, 3 * round + row + 1);
  }
  EXPECT_EQ(found.count, 40);
  EXPECT_EQ(found.named, (std::vector<std::int64_t>{1, 3, 4, 6, 7, 9, 10, 12, 13, 15}));
}

// Newcombe 1998, table I: 81 of 263 and 0 of 20, method 3.
TEST(Wilson, IsNewcombesTable) {
  EXPECT_NEAR(metric::wilson(81, 263).low, 0.2553, 5e-5);
  EXPECT_NEAR(metric::wilson(81, 263).high, 0.3662, 5e-5);
  EXPECT_EQ(metric::wilson(0, 20).low, 0);
  EXPECT_NEAR(metric::wilson(0, 20).high, 0.1611, 5e-5);
}

}  // namespace
}  // namespace gradus
