// Datasets, scores and optimizers that were put together by hand, wrongly: errors that say so, before any memory is
// read that is not there.
#include <gtest/gtest.h>

#include "gradus/learn/data/batches.hpp"
#include "gradus/learn/data/schema.hpp"
#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/train/evaluate.hpp"
#include "gradus/learn/train/own_loop.hpp"
#include "gradus/learn/train/train.hpp"
#include "tests/learn/train/sample_data.hpp"
#include "tests/support/refusal.hpp"

namespace gradus {
namespace {

class WrongData : public testing::Test {
 protected:
  Engine engine{{.threads = 1}};
  nn::Layer net = nn::with_output(nn::parse_net("4 tanh"), 3);
  TrainedModel model() const {
    return {.network = nn::make_model(net, {5}, {.dtype = DType::f64, .seed = 4}),
            .loss = loss::cross_entropy,
            .task = data::Task::classification,
            .class_names = {"a", "b", "c"},
            .schema = {},
            .record = {}};
  }
  /// By train() and by evaluate().
  void expect_refused(const data::Dataset& wrong, const char* words) {
    test::expect_refusal(
        Fault::data, [&] { train(engine, net, wrong, {.epochs = 1, .validation = 0, .dtype = DType::f64}); }, words);
    test::expect_refusal(
        Fault::data, [&] { evaluate(engine, model(), wrong); }, words);
  }
};

TEST_F(WrongData, TargetsOfAnotherDtypeOrShape) {
  data::Dataset rows = sine_classes(40, 5, DType::f64);
  rows.targets = rows.targets.cast(DType::f64);
  expect_refused(rows, "sines: found targets f64[40]; expected class numbers i64[40]");
  rows.targets = Tensor(DType::i64, {40, 1});
  expect_refused(rows, "found targets i64[40,1]");
  rows.targets = Tensor(DType::i64, {39});
  expect_refused(rows, "found targets i64[39]; expected class numbers i64[40]");
  data::Dataset numbers = plane(40, DType::f64);
  numbers.targets = numbers.targets.reshaped({40});
  test::expect_refusal(
      Fault::data, [&] { train(engine, nn::linear(1), numbers); },
      "plane: found targets f64[40]; expected numbers f32 or f64 [40,1]");
  numbers.targets = Tensor(DType::i64, {40, 1});
  test::expect_refusal(
      Fault::data, [&] { train(engine, nn::linear(1), numbers); }, "found targets i64[40,1]");
}

TEST_F(WrongData, FeaturesThatOnlyMatricesOfProductsMayBe) {
  data::Dataset rows = sine_classes(40, 5, DType::f64);
  rows.features = rows.features.cast(DType::bf16);
  expect_refused(rows, "found features bf16[40,5]; expected f32 or f64");
}

TEST_F(WrongData, RowsAndClassesThatAreNotThere) {
  data::Dataset rows = sine_classes(4, 5, DType::f64);
  const auto refused = [](Fault fault, const auto& action, const char* words) {
    test::expect_refusal(fault, action, words);
  };
  refused(
      Fault::usage,
      [&] {
        data::take(rows, std::vector<std::int64_t>{1, 4});
      },
      "row 4; expected 0 to 3");
  refused(
      Fault::usage, [&] { data::take(rows, std::vector<std::int64_t>{-1}); }, "row -1; expected 0 to 3");
  EXPECT_EQ(data::take(data::Dataset{}, {}).rows(), 0);
  rows.targets.set(2, 3);
  Tensor one_hot(DType::f32, {4, 3});
  const std::vector<std::int64_t> all{0, 1, 2, 3};
  refused(
      Fault::data, [&] { data::gather_targets(rows, all, one_hot.view()); },
      "sines row 2: found class 3; expected 0 to 2");
  rows.targets.set(2, -1);
  refused(
      Fault::data, [&] { data::gather_targets(rows, all, one_hot.view()); }, "found class -1");
  rows.has_targets = false;
  refused(
      Fault::usage, [&] { data::gather_targets(rows, all, one_hot.view()); }, "found no targets");
  refused(
      Fault::usage, [&] { data::image_schema(data::Dataset{}); }, "expected images [rows, height, width]");
}

TEST_F(WrongData, AnOptimizerThatForgetsItsState) {
  static const optim::OptimizerKind forgetful{
      {"forgetful", "declares two states and gives none", optim::adam().kind->keys},
      [](const kinds::Keys&) {
        return optim::States{{"m"}, {"v"}};
      },
      [](const kinds::Keys&, const optim::UpdateInput& in) -> optim::Update {
        return {in.parameter, {}};
      }};
  test::expect_refusal(
      Fault::usage,
      [&] { compile_step(engine, model().network, loss::cross_entropy, kinds::make(forgetful), {.rows = 2}); },
      "optimizer forgetful: found 0 next values of state; expected 2, as it declares");
}

TEST_F(WrongData, AModelWhoseWeightsHaveAnotherShape) {
  TrainedModel wrong = model();
  wrong.network.parameters[0].value = Tensor(DType::f64, {5, 4});
  test::expect_refusal(
      Fault::usage,
      [&] {
        predict(engine, wrong, Tensor(DType::f64, {3, 5}));
      },
      "\"0.weight\": found f64[5,4]; expected f64[4,5]");
  wrong = model();
  wrong.network.parameters[1].name = "0.bias_";
  test::expect_refusal(
      Fault::usage,
      [&] {
        predict(engine, wrong, Tensor(DType::f64, {3, 5}));
      },
      "\"0.bias_\": found no such state", "try: 0.bias");
}

}  // namespace
}  // namespace gradus
