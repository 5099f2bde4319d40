// Losses of 200 steps against an independent program.
#include <gtest/gtest.h>

#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/train/own_loop.hpp"
#include "gradus/learn/train/train.hpp"
#include "tests/learn/train/sample_data.hpp"

namespace gradus {
namespace {

#include "tests/learn/train/numpy_losses.inl"

nn::Model model_of_sines(DType dtype) {
  nn::Model model = nn::make_model(nn::parse_net("16 tanh, 16 tanh, 3"), {8}, {.dtype = dtype});
  for (int layer = 0; layer < 3; ++layer) {
    Tensor& weight = model.parameters[static_cast<std::size_t>(2 * layer)].value;
    Tensor& bias = model.parameters[static_cast<std::size_t>(2 * layer + 1)].value;
    weight = sines(weight.shape(), 0.7 + layer, 0.6, dtype);
    bias = sines(bias.shape(), 1.3 + layer, 0.1, dtype);
  }
  return model;
}

void expect_losses(const std::vector<double>& got, const std::vector<double>& expected, double tolerance) {
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], expected[i], tolerance) << "step " << i + 1;
}

std::vector<double> losses_in_batches(DType dtype, const optim::Optimizer& optimizer) {
  Engine engine({.threads = 2});
  CompiledStep step = compile_step(engine, model_of_sines(dtype), loss::cross_entropy, optimizer, {.rows = 16});
  const data::Dataset rows = sine_classes(64, 8, DType::f64);
  const auto features = rows.features.as<double>();
  const auto classes = rows.targets.as<std::int64_t>();
  std::vector<double> losses;
  for (std::size_t i = 0; i < 200; ++i) {
    const std::size_t first = i * 16 % 64;
    losses.push_back(step(features.subspan(first * 8, 16 * 8), classes.subspan(first, 16)));
  }
  return losses;
}

const optim::Optimizer momentum = optim::sgd({.learning_rate = 0.05, .momentum = 0.9});

TEST(Numpy, AgreesOn200StepsInF64) {
  expect_losses(losses_in_batches(DType::f64, momentum), momentum_in_batches_of_16, 1e-10);
  expect_losses(losses_in_batches(DType::f64, optim::adam()), adam_in_batches_of_16, 1e-10);
}

TEST(Numpy, AgreesOn200StepsInF32) {
  expect_losses(losses_in_batches(DType::f32, momentum), momentum_in_batches_of_16, 1e-5);
  expect_losses(losses_in_batches(DType::f32, optim::adam()), adam_in_batches_of_16, 1e-5);
}

TEST(Numpy, AgreesWithFullBatchTraining) {
  Engine engine({.threads = 2});
  for (DType dtype : {DType::f64, DType::f32}) {
    const auto run = train(engine, model_of_sines(dtype), sine_classes(64, 8, dtype),
                           {.optimizer = momentum, .batch = 0, .epochs = 200, .validation = 0});
    std::vector<double> losses;
    for (const EpochReport& epoch : run.history) losses.push_back(epoch.loss);
    expect_losses(losses, momentum_in_one_batch, dtype == DType::f64 ? 1e-10 : 1e-5);
  }
}

}  // namespace
}  // namespace gradus
