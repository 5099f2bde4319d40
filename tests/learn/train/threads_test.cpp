// Who computes never changes what is computed.
#include <gtest/gtest.h>

#include <thread>

#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/train/evaluate.hpp"
#include "gradus/learn/train/own_loop.hpp"
#include "gradus/learn/train/train.hpp"
#include "tests/learn/train/sample_data.hpp"

namespace gradus {
namespace {

/// Large enough for every region of the step to be worth sharing.
Run train_with(Engine& engine, DType dtype, std::uint64_t seed = 11, DType products = DType::f32) {
  return train(engine, nn::with_output(nn::parse_net("96 tanh, dropout 0.25, 64 relu"), 3),
               sine_classes(500, 64, dtype),
               {.batch = 96, .epochs = 1000, .steps = 200, .seed = seed, .dtype = dtype, .products = products});
}

Run train_with(int threads, DType dtype, std::uint64_t seed = 11, DType products = DType::f32) {
  Engine engine({.threads = threads});
  return train_with(engine, dtype, seed, products);
}

void expect_same(const Run& a, const Run& b, const std::string& what) {
  for (const nn::Parameter& p : a.model.network.parameters) {
    EXPECT_TRUE(same_bits(p.value, *b.model.network.find(p.name))) << what << ", " << p.name;
  }
  ASSERT_EQ(a.history.size(), b.history.size());
  for (std::size_t i = 0; i < a.history.size(); ++i) {
    EXPECT_EQ(a.history[i].loss, b.history[i].loss) << what << ", epoch " << i + 1;
    EXPECT_EQ(a.history[i].validation->loss, b.history[i].validation->loss) << what << ", epoch " << i + 1;
  }
}

void expect_same_for_any_threads(DType dtype) {
  const auto one = train_with(1, dtype);
  EXPECT_EQ(one.model.record.steps, 200);
  for (int threads : {2, 3, 5}) expect_same(one, train_with(threads, dtype), std::to_string(threads) + " threads");
}

TEST(Threads, GiveTheSameBitsAfter200StepsInF32) { expect_same_for_any_threads(DType::f32); }
TEST(Threads, GiveTheSameBitsAfter200StepsInF64) { expect_same_for_any_threads(DType::f64); }

TEST(Threads, GiveTheSameBitsAfter200StepsInBf16) {
  const auto one = train_with(1, DType::f32, 11, DType::bf16);
  for (int threads : {2, 3, 5, 16}) {
    expect_same(one, train_with(threads, DType::f32, 11, DType::bf16), std::to_string(threads) + " threads");
  }
}

TEST(ConcurrentTrainings, DoNotTouchEachOther) {
  const gradus::Run alone[] = {train_with(2, DType::f32, 1), train_with(2, DType::f32, 2)};
  gradus::Run together[2];
  {
    std::thread other([&] { together[1] = train_with(2, DType::f32, 2); });
    together[0] = train_with(2, DType::f32, 1);
    other.join();
  }
  expect_same(alone[0], together[0], "first");
  expect_same(alone[1], together[1], "second");
}

/// Calls body(0), body(1), ... on a thread each.
template <class Body> void on_threads(int count, const Body& body) {
  std::vector<std::thread> threads;
  for (int t = 0; t < count; ++t) threads.emplace_back([&body, t] { body(t); });
  for (std::thread& thread : threads) thread.join();
}

/// outputs[j] = 2 x0 - x1 + j, in numbers that are exact.
TrainedModel exact_model() {
  TrainedModel model;
  model.network = nn::make_model(nn::linear(40), {2}, {.dtype = DType::f64, .seed = 1});
  model.loss = loss::mse;
  nn::Parameter &weight = model.network.parameters[0], &bias = model.network.parameters[1];
  for (std::int64_t j = 0; j < 40; ++j) {
    weight.value.set(2 * j, 2), weight.value.set(2 * j + 1, -1), bias.value.set(j, static_cast<double>(j));
  }
  return model;
}

TEST(OneEngine, PredictsAndEvaluatesForSeveralThreads) {
  constexpr std::int64_t rows = 3000;  // 11 whole batches and a short one
  const TrainedModel model = exact_model();
  data::Dataset dataset;
  dataset.features = Tensor(DType::f64, {rows, 2});
  for (std::int64_t i = 0; i < 2 * rows; ++i) dataset.features.set(i, static_cast<double>(i % 1024) / 8);
  dataset.has_targets = true;
  dataset.targets = Tensor(DType::f64, {rows, 40});
  for (std::int64_t i = 0; i < 40 * rows; ++i) {
    const std::int64_t row = i / 40;
    dataset.targets.set(i, 2 * dataset.features.number(2 * row) - dataset.features.number(2 * row + 1) +
                               static_cast<double>(i % 40) - 0.5);
  }
  for (const int threads : {1, 2, 3}) {
    Engine engine({.threads = threads});
    on_threads(4, [&](int t) {
      for (int i = 0; i < 10; ++i) {
        if (t == 3) {
          ASSERT_EQ(evaluate(engine, model, dataset).at("mse"), 0.25);
          continue;
        }
        const Tensor p = predict(engine, model, dataset);
        for (std::int64_t e = 0; e < p.count(); ++e) ASSERT_EQ(p.number(e), dataset.targets.number(e) + 0.5) << t;
      }
    });
  }
}

TEST(OneEngine, TrainsWhileOthersTrainAndPredict) {
  const gradus::Run alone[] = {train_with(2, DType::f32, 1), train_with(2, DType::f32, 2)};
  const data::Dataset rows = sine_classes(500, 64, DType::f32);
  const TrainedModel& model = alone[0].model;
  Engine engine({.threads = 2});
  const Tensor truth = predict(engine, model, rows);
  on_threads(4, [&](int t) {
    if (t < 2) return expect_same(alone[t], train_with(engine, DType::f32, t == 0 ? 1 : 2), "beside others");
    for (int i = 0; i < 60; ++i) ASSERT_TRUE(same_bits(truth, predict(engine, model, rows)));
  });
}

/// y[j] = w[j] + b[j] for x = 1 and w = b, target 0: the loss, a mean over the outputs, is 4 w^2, and its gradient by
/// each w[j] and b[j] is 4 w / outputs. With a rate of outputs / 8 all of them halve in each step, exactly.
void halve(Engine& engine, std::int64_t rows, std::int64_t outputs, double w) {
  nn::Model model = nn::make_model(nn::linear(outputs), {1}, {.dtype = DType::f64, .seed = 1});
  for (nn::Parameter& parameter : model.parameters) parameter.value = Tensor::full(parameter.value.type(), w);
  const double rate = static_cast<double>(outputs) / 8;
  CompiledStep step = compile_step(engine, model, loss::mse, optim::gradient_descent(rate), {.rows = rows});
  const std::vector<double> x(static_cast<std::size_t>(rows), 1), target(static_cast<std::size_t>(rows * outputs));
  for (int i = 0; i < 40; ++i, w /= 2) ASSERT_EQ(step(x, target), 4 * w * w) << rows << " rows, step " << i;
  ASSERT_THROW(step(x, std::span(target).first(1)), UserError);
  for (const double y : step.predict(x)) ASSERT_EQ(y, 2 * w);
}

TEST(OneEngine, HasACompiledStepForEachOfSeveralThreads) {
  Engine engine({.threads = 3});
  on_threads(4, [&](int t) { halve(engine, t % 2 ? 256 : 2, t % 2 ? 512 : 2, t + 3); });
}

}  // namespace
}  // namespace gradus
