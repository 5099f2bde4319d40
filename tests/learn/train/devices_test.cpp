// What learn does runs on every device, through the seam alone.
#include <gtest/gtest.h>

#include <cmath>

#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/train/evaluate.hpp"
#include "gradus/learn/train/own_loop.hpp"
#include "gradus/learn/train/train.hpp"
#include "tests/support/refusal.hpp"

namespace gradus {
namespace {

/// Two classes of points: inside of a ring and outside.
data::Dataset rings(std::int64_t rows) {
  data::Dataset out;
  out.source = "rings";
  out.task = data::Task::classification;
  out.class_names = {"inside", "outside"};
  out.features = Tensor(DType::f64, {rows, 2});
  out.targets = Tensor(DType::i64, {rows});
  for (std::int64_t i = 0; i < rows; ++i) {
    const double angle = 2.4 * static_cast<double>(i), radius = i % 2 ? 1.0 : 0.3;
    out.features.set(2 * i, radius * std::cos(angle)), out.features.set(2 * i + 1, radius * std::sin(angle));
    out.targets.set(i, static_cast<double>(i % 2));
  }
  out.has_targets = true;
  return out;
}

class OnEveryDevice : public testing::TestWithParam<std::string_view> {};
INSTANTIATE_TEST_SUITE_P(Devices, OnEveryDevice, testing::ValuesIn(devices().begin(), devices().end()),
                         [](const auto& of) { return std::string(of.param); });

Run trained_on(std::string_view device, const TrainOptions& options, std::string_view net = "12 tanh, dropout 0.1, 2") {
  Engine engine({.threads = 2, .device = device});
  return train(engine, nn::parse_net(net), rings(150), options);
}

TrainOptions few_epochs() {
  TrainOptions options;
  options.optimizer = optim::adam({.learning_rate = 0.03});
  options.epochs = 12;
  options.batch = 32;
  options.validation = 0.2;
  options.dtype = DType::f64;
  return options;
}

TEST_P(OnEveryDevice, TrainsEvaluatesAndPredicts) {
  TrainOptions options = few_epochs();
  options.epochs = 60;
  const gradus::Run run = trained_on(GetParam(), options), again = trained_on(GetParam(), options);
  EXPECT_LT(run.history.back().loss, 0.5 * run.history.front().loss);
  ASSERT_TRUE(run.history.back().validation);
  EXPECT_TRUE(same_bits(run.model.network.parameters[0].value, again.model.network.parameters[0].value));
  Engine engine({.threads = 1, .device = GetParam()});
  const Evaluation evaluation = evaluate(engine, run.model, rings(150));
  EXPECT_LT(evaluation.loss, 0.5 * run.history.front().loss);
  const Tensor predicted = predict(engine, run.model, rings(40));
  EXPECT_EQ(predicted.shape(), (Shape{40, 2}));
  int right = 0;
  for (std::int64_t i = 0; i < 40; ++i) right += (predicted.number(2 * i + 1) > 0.5) == (i % 2 == 1);
  EXPECT_GT(right, 35);
}

TEST_P(OnEveryDevice, TheDevicesAgree) {
  for (const Parts& parts : {Parts{}, Parts{16, false}}) {
    TrainOptions options = few_epochs();
    options.epochs = 2;
    options.parts = parts;
    const gradus::Run here = trained_on(GetParam(), options), cpu = trained_on("cpu", options);
    for (std::size_t p = 0; p < here.model.network.parameters.size(); ++p) {
      const Tensor &a = here.model.network.parameters[p].value, &b = cpu.model.network.parameters[p].value;
      for (std::int64_t i = 0; i < a.count(); ++i) EXPECT_NEAR(a.number(i), b.number(i), 1e-9);
    }
  }
}

TEST_P(OnEveryDevice, KeepsWithinABudgetOfMemory) {
  TrainOptions options = few_epochs();
  options.epochs = 1;
  options.memory = 10 << 20;
  EXPECT_EQ(trained_on(GetParam(), options).stopped_by, StoppedBy::epochs);
  options.memory = 100;
  test::expect_refusal(
      Fault::budget, [&] { trained_on(GetParam(), options); }, "memory: found a budget of 100");
}

TEST_P(OnEveryDevice, StepsInALoopOfOnesOwn) {
  Engine engine({.threads = 1, .device = GetParam()});
  const nn::Model model = nn::make_model(nn::parse_net("1"), Shape{2}, {.dtype = DType::f64});
  auto step = compile_step(engine, model, loss::mse, optim::gradient_descent(0.1), {.rows = 2});
  const std::vector<double> x{1, 2, -1, 1}, y{5, 1};  // y = 1 a + 2 b is exact
  double first = 0, last = 0;
  for (int i = 0; i < 300; ++i) (i == 0 ? first : last) = step(std::span(x), std::span(y));
  EXPECT_LT(last, 1e-6 * first);
  EXPECT_NEAR(step.predict(std::span(x))[0], 5, 1e-3);
}

TEST_P(OnEveryDevice, GivesTheDivergenceItsPlace) {
  TrainOptions options = few_epochs();
  options.optimizer = optim::gradient_descent(1e200);
  EXPECT_THROW(trained_on(GetParam(), options, "12 relu, 2"), Diverged);  // 1e200 times 1e200
}

TEST(Reference, RefusesProductsInBf16BeforeTheFirstStep) {
  TrainOptions options = few_epochs();
  options.dtype = DType::f32;
  options.products = DType::bf16;
  test::expect_refusal(
      Fault::usage, [&] { trained_on("reference", options); }, "device reference: found products in bf16");
}

}  // namespace
}  // namespace gradus
