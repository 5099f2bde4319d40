#include "gradus/learn/train/known_classes.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "gradus/learn/data/csv/csv.hpp"
#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/train/evaluate.hpp"
#include "tests/learn/train/sample_data.hpp"
#include "tests/support/refusal.hpp"

namespace gradus {
namespace {

using test::expect_refusal;

TrainedModel classifier() {
  TrainedModel model;
  model.network = nn::make_model(nn::with_output(nn::parse_net("8 tanh"), 3), {4}, {.dtype = DType::f64, .seed = 4});
  model.loss = loss::cross_entropy;
  model.task = data::Task::classification;
  model.class_names = {"a", "b", "c"};
  return model;
}

/// The rows of sine_classes with their classes named and numbered in another way.
data::Dataset renamed(std::int64_t rows, const std::vector<std::string>& names,
                      const std::vector<std::int64_t>& number_of) {
  data::Dataset out = sine_classes(rows, 4, DType::f64);
  out.class_names = names;
  for (std::int64_t& target : out.targets.as<std::int64_t>()) target = number_of[static_cast<std::size_t>(target)];
  return out;
}

TEST(Evaluate, FindsClassesByTheirNames) {
  Engine engine({.threads = 1});
  const TrainedModel model = classifier();
  const Evaluation straight = evaluate(engine, model, sine_classes(90, 4, DType::f64));
  for (const data::Dataset& rows : {renamed(90, {"c", "a", "b"}, {1, 2, 0}),
                                    renamed(90, {"b", "x", "c", "a"}, {3, 0, 2}), renamed(90, {}, {0, 1, 2})}) {
    const Evaluation turned = evaluate(engine, model, rows);
    EXPECT_EQ(turned.at("correct"), straight.at("correct"));
    EXPECT_EQ(turned.loss, straight.loss);
    EXPECT_EQ(turned.unseen, 0);
  }
}

TEST(Evaluate, CountsRowsOfClassesThatItDoesNotKnowAsWrong) {
  Engine engine({.threads = 1});
  const TrainedModel model = classifier();
  const data::Dataset rows = renamed(300, {"wolf", "a", "c"}, {1, 0, 2});  // b is a wolf
  const Evaluation found = evaluate(engine, model, rows);
  const Tensor p = predict(engine, model, rows);
  double loss = 0;
  std::int64_t correct = 0, known = 0;
  for (std::int64_t row = 0; row < 300; ++row) {
    const std::int64_t name = 7 * row % 3;  // 0: a, 1: wolf, 2: c
    if (name == 1) continue;
    ++known;
    loss -= std::log(p.number(3 * row + name));
    correct += nn::class_of(p, row) == name;
  }
  EXPECT_EQ(known, 200);
  EXPECT_EQ(found.rows, 300);
  EXPECT_EQ(found.unseen, 100);
  EXPECT_EQ(found.at("correct"), static_cast<double>(correct));
  EXPECT_EQ(found.at("accuracy"), static_cast<double>(correct) / 300);
  EXPECT_EQ(metric::find(found.metrics, "accuracy")->interval->high, metric::wilson(correct, 300).high);
  EXPECT_NEAR(found.loss, loss / 200, 1e-12);
  EXPECT_NE(describe(found).find("300 rows, 100 of them of classes that the model does not know"), std::string::npos);
}

TEST(Evaluate, RefusesRowsOfWhichItKnowsNoClass) {
  Engine engine({.threads = 1});
  expect_refusal(
      Fault::data,
      [&] {
        evaluate(engine, classifier(), renamed(30, {"a.", "wolf", "fox"}, {0, 1, 2}));
      },
      "sines", "a. (10 rows), wolf (10 rows), fox (10 rows)", "it learnt: a, b, c", "try: a for a.");
}

TEST(UnseenClasses, AreListedMostRowsFirst) {
  const TrainedModel model = classifier();
  data::Dataset rows = renamed(30, {"x", "y", "a", "unused"}, {0, 1, 2});
  rows.targets.set(0, 1), rows.targets.set(3, 1), rows.targets.set(2, 2);
  const auto unseen = unseen_classes(rows, targets_for(model, rows));
  ASSERT_EQ(unseen.size(), 2U);
  EXPECT_EQ(list_classes(unseen), "y (12 rows), x (8 rows)");
  EXPECT_TRUE(list_classes(std::vector<ClassRows>(13, {"n", 1})).ends_with("n (1 row), n (1 row) and 3 more"));
}

TEST(Encode, NumbersUnknownClassesBehindTheKnownOnes) {
  const auto read = [](const std::string& text, const data::ReadColumns& reading) {
    data::CsvOptions options;
    options.read = reading;
    return data::parse_csv(text, "t.csv", options);
  };
  const data::FitOptions fit{"y", {}, {}, {}};
  const std::vector<std::int64_t> rows{0, 1, 2};
  const data::Schema schema = data::fit_schema(read("x,y\n1,b\n2,a\n3,b\n", data::reading(fit)), rows, fit).schema;
  const data::Table table = read("x,y\n1,q\n2,a\n3,Q\n1,q\n", data::reading(schema, data::WantTarget::any));
  const data::Dataset dataset = data::encode(schema, table, DType::f32, data::WantTarget::any).dataset;
  EXPECT_EQ(dataset.class_names, (std::vector<std::string>{"a", "b", "q", "Q"}));
  EXPECT_EQ(dataset.targets.numbers(), (std::vector<double>{2, 0, 3, 2}));
  expect_refusal(
      Fault::data, [&] { data::encode(schema, table); }, "t.csv:2", "class \"q\"");
}

}  // namespace
}  // namespace gradus
