#include "gradus/learn/train/evaluate.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/train/train.hpp"
#include "tests/learn/train/sample_data.hpp"
#include "tests/support/refusal.hpp"

namespace gradus {
namespace {

TrainedModel classifier(std::int64_t columns) {
  TrainedModel model;
  model.network =
      nn::make_model(nn::with_output(nn::parse_net("16 tanh"), 3), {columns}, {.dtype = DType::f64, .seed = 4});
  model.loss = loss::cross_entropy;
  model.task = data::Task::classification;
  model.class_names = {"a", "b", "c"};
  return model;
}

// 700 rows are two whole batches of 256 and a short one: the numbers must be those of all rows at once.
TEST(Evaluate, WeighsBatchesByTheirRows) {
  Engine engine({.threads = 1});
  const data::Dataset rows = sine_classes(700, 5, DType::f64);
  const TrainedModel model = classifier(5);
  const Evaluation e = evaluate(engine, model, rows);
  const Tensor p = predict(engine, model, rows);
  double loss = 0;
  std::int64_t correct = 0;
  for (std::int64_t r = 0; r < 700; ++r) {
    const auto t = static_cast<std::int64_t>(rows.targets.number(r));
    loss -= std::log(p.number(3 * r + t)) / 700;
    correct += nn::class_of(p, r) == t;
  }
  EXPECT_NEAR(e.loss, loss, 1e-12);
  EXPECT_EQ(e.at("correct"), static_cast<double>(correct));
  EXPECT_EQ(e.rows, 700);
}

TEST(Predict, GivesProbabilities) {
  Engine engine({.threads = 1});
  const Tensor p = predict(engine, classifier(5), sine_classes(10, 5, DType::f64).features);
  EXPECT_EQ(to_string(p.type()), "f64[10,3]");
  for (std::int64_t r = 0; r < 10; ++r)
    EXPECT_NEAR(p.number(3 * r) + p.number(3 * r + 1) + p.number(3 * r + 2), 1, 1e-15);
}

TEST(Predict, OfNoRowsIsNoRows) {
  Engine engine({.threads = 1});
  EXPECT_EQ(to_string(predict(engine, classifier(5), Tensor(DType::f64, {0, 5})).type()), "f64[0,3]");
}

/// f(x) = 0.5 x + 0.25 on encoded numbers, in f32.
TrainedModel line(double mean, double deviation) {
  TrainedModel model;
  model.network = nn::make_model(nn::parse_net("1"), {1});
  model.network.parameters[0].value.set(0, 0.5);
  model.network.parameters[1].value.set(0, 0.25);
  model.loss = loss::mse;
  model.schema = data::Schema{};
  data::ColumnEncoding& x = model.schema->columns.emplace_back();
  x.name = "x", x.scaling = {0, 1, 0, 1};
  model.schema->target.name = "y", model.schema->target.scaling = {mean, deviation, 0, 0};
  return model;
}

// Times in ms, a large offset below 0, and a target whose deviation is far below f32's step at its mean.
TEST(Evaluate, SaysTheErrorOfWhatPredictGives) {
  Engine engine({.threads = 1});
  for (const auto& [mean, deviation] : {std::pair(1.6e12, 3e6), std::pair(-4.2e9, 3e-3), std::pair(2e7 + 0.5, 1.5)}) {
    const TrainedModel model = line(mean, deviation);
    data::Dataset rows = plane(50, DType::f32);
    rows.features = sines({50, 1}, 0.9, 1, DType::f32);
    std::vector<double> y;
    rows.targets = Tensor(DType::f64, {50, 1});
    for (std::int64_t r = 0; r < 50; ++r) {
      y.push_back(mean + deviation * (0.5 * std::sin(0.9 * static_cast<double>(r + 1)) + 0.3 + 1e-3 * std::cos(r)));
      rows.targets.set(r, model.schema->target.scaling.encode(y.back()));
    }
    const Tensor predicted = in_units(model, predict(engine, model, rows));
    EXPECT_EQ(predicted.dtype(), DType::f64);
    const double rounding = std::fabs(mean) * 0x1p-52;
    double mae = 0;
    for (std::int64_t r = 0; r < 50; ++r) mae += std::fabs(predicted.number(r) - y[static_cast<std::size_t>(r)]) / 50;
    EXPECT_NEAR(in_units(model, evaluate(engine, model, rows)).at("mae"), mae, 1e-5 * mae + rounding) << mean;
    EXPECT_NEAR(mae, 0.05 * deviation, 0.001 * deviation);
  }
}

TEST(Predict, OfOneOutputGivesBothProbabilities) {
  TrainedModel model = classifier(5);
  model.class_names = {"no", "yes"};
  const Tensor both = in_units(model, Tensor::from({3, 1}, {0.25, 0.1, 0.99999994}, DType::f32));
  EXPECT_EQ(both.type(), (Type{DType::f64, {3, 2}}));
  // 1 - p of the f32 nearest to p, as f32: 1 - 0.99999994 is 2^-24.
  EXPECT_EQ(both.numbers(), (std::vector<double>{0.75, 0.25, 0.9, 0.1, 5.9604645e-08, 0.99999994}));
}

TEST(Evaluate, CountsAndNamesRowsThatAreNotFinite) {
  Engine engine({.threads = 1});
  data::Dataset rows = sine_classes(600, 5, DType::f64);
  for (const std::int64_t row : {3, 299, 599}) rows.features.set(5 * row, 1e308), rows.features.set(5 * row + 1, 1e308);
  TrainedModel model = classifier(5);
  model.network = nn::make_model(nn::parse_net("3"), {5}, {.dtype = DType::f64});  // tanh would keep them finite
  model.network.parameters[0].value = Tensor::full({DType::f64, {3, 5}}, 1);
  const Evaluation e = evaluate(engine, model, rows);
  EXPECT_EQ(e.not_finite.count, 3);
  EXPECT_EQ(e.not_finite.named, (std::vector<std::int64_t>{4, 300, 600}));
}

TEST(Evaluate, RefusesRowsThatDoNotFit) {
  Engine engine({.threads = 1});
  EXPECT_THROW(evaluate(engine, classifier(5), sine_classes(10, 4, DType::f64)), UserError);
  EXPECT_THROW(evaluate(engine, classifier(5), plane(10, DType::f64)), UserError);
  EXPECT_THROW(evaluate(engine, classifier(4), sine_classes(0, 4, DType::f64)), UserError);
}

TEST(Describe, SaysTheNumbersThatCount) {
  using metric::Unit;
  Evaluation e{.task = data::Task::classification, .rows = 20, .loss = 1.25};
  e.metrics = {{.name = "correct", .label = "correct", .unit = Unit::count, .number = 15, .shown = false},
               {.name = "accuracy", .label = "accuracy", .unit = Unit::share, .number = 0.75}};
  e.metrics[1].interval = metric::Interval{0.5, 0.9};
  EXPECT_EQ(describe(e), "accuracy 75.00 % (95 %: 50.00 to 90.00), loss 1.25, 20 rows");
  Evaluation numbers{.rows = 1, .loss = 4};
  numbers.metrics = {{.name = "r2", .label = "R2", .unit = Unit::score, .undefined = "constant target"},
                     {.name = "mae", .label = "mean error", .unit = Unit::target, .number = 2}};
  EXPECT_EQ(describe(numbers), "R2 undefined (constant target), mean error 2, loss 4, 1 row");
  EXPECT_EQ(numbers.at("mae"), 2);
  EXPECT_EQ(test::refusal([&] { numbers.at("r2"); }),
            "evaluation: found R2 undefined (constant target); expected one of mae; try: mae");
  EXPECT_EQ(test::refusal([&] { e.at("acuracy"); }),
            "evaluation: found no metric acuracy; expected one of correct, accuracy; try: accuracy");
}

TEST(Baseline, IsTheMajorityOrTheMean) {
  const Evaluation classes = baseline(sine_classes(10, 2, DType::f32), sine_classes(4, 2, DType::f32));
  EXPECT_EQ(classes.at("correct"), 2);  // 4 of the 10 classes are 0; so are 2 of the 4
  data::Dataset train = plane(4, DType::f64), test = plane(2, DType::f64);
  train.targets = Tensor::from({4, 1}, {1, 2, 3, 6});
  test.targets = Tensor::from({2, 1}, {2, 6});
  EXPECT_EQ(baseline(train, test).at("mse"), 5);  // 3 for 2 and 6
  EXPECT_EQ(baseline(train, test).at("mae"), 2);
}

}  // namespace
}  // namespace gradus
