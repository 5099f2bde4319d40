#include "gradus/learn/data/dataset_checks.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/train/evaluate.hpp"
#include "gradus/learn/train/train.hpp"
#include "tests/learn/train/sample_data.hpp"
#include "tests/support/refusal.hpp"

namespace gradus::data {
namespace {

using test::expect_refusal;

constexpr double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();

TEST(RequireFinite, NamesRowAndColumn) {
  for (const DType dtype : {DType::f32, DType::f64}) {
    Dataset rows = plane(9000, dtype);
    EXPECT_NO_THROW(require_finite(rows));
    rows.targets.set(4321, -infinity);
    expect_refusal(
        Fault::data, [&] { require_finite(rows); }, "plane, row 4322, target", "infinite");
    rows.features.set(2 * 8999 + 1, nan);
    expect_refusal(
        Fault::data, [&] { require_finite(rows); }, "plane, row 9000, feature 2", "NaN");
    rows.feature_names = {"km", "age"};
    expect_refusal(
        Fault::data, [&] { require_finite(rows); }, "row 9000, feature \"age\"");
  }
  Dataset largest = plane(4, DType::f32);
  largest.features.set(0, std::numeric_limits<float>::max());
  EXPECT_NO_THROW(require_finite(largest));
}

TEST(RequireClasses, NamesTheRow) {
  Dataset rows = sine_classes(100, 2, DType::f32);
  EXPECT_NO_THROW(require_classes(rows));
  rows.targets.set(70, 3);
  expect_refusal(
      Fault::data, [&] { require_classes(rows); }, "sines, row 71", "class number 3", "0 to 2");
  rows.targets.set(12, -1);
  expect_refusal(
      Fault::data, [&] { require_classes(rows); }, "sines, row 13", "class number -1");
}

/// What training and evaluation on `rows` say.
void expect_both_refuse(const Dataset& rows, const std::string& outputs, const std::string& place) {
  Engine engine({.threads = 1});
  const nn::Layer net = nn::parse_net("4 tanh, " + outputs);
  expect_refusal(
      Fault::data, [&] { train(engine, net, rows, {.batch = 8, .epochs = 1}); }, place);
  TrainedModel model;
  model.network = nn::make_model(net, {2}, {});
  model.task = rows.task;
  model.class_names = rows.class_names;
  model.loss = rows.task == Task::classification ? loss::cross_entropy : loss::mse;
  expect_refusal(
      Fault::data, [&] { evaluate(engine, model, rows); }, place);
}

TEST(Train, NamesTheRowOfTheDataAndNotThePlaceInTheBatch) {
  Dataset numbers = plane(50, DType::f32);
  numbers.features.set(2 * 37, nan);
  expect_both_refuse(numbers, "1", "plane, row 38, feature 1");
  Dataset classes = sine_classes(50, 2, DType::f32);
  classes.targets.set(41, 9);
  expect_both_refuse(classes, "3", "sines, row 42");
}

}  // namespace
}  // namespace gradus::data
