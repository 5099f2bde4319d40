// Batches taken in parts, and the memory that a training says it will take.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "gradus/core/ops/pointwise.hpp"
#include "gradus/core/ops/reduce.hpp"
#include "gradus/learn/nn/activations.hpp"
#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/train/memory.hpp"
#include "gradus/learn/train/train.hpp"

namespace gradus {
namespace {

/// Rows of noise with a rule in it; two classes, or one number.
data::Dataset noise(std::int64_t rows, bool classes) {
  data::Dataset out;
  out.task = classes ? data::Task::classification : data::Task::regression;
  out.features = Tensor(DType::f32, Shape{rows, 20});
  out.targets = classes ? Tensor(DType::i64, Shape{rows}) : Tensor(DType::f32, Shape{rows, 1});
  out.has_targets = true;
  if (classes) out.class_names = {"no", "yes", "perhaps"};
  std::uint32_t state = 7;
  const auto next = [&] { return static_cast<float>((state = state * 1664525U + 1013904223U) >> 8) / 16777216.0F; };
  for (float& x : out.features.as<float>()) x = next() * 2 - 1;
  for (std::int64_t r = 0; r < rows; ++r) {
    const float x = out.features.as<float>()[static_cast<std::size_t>(r * 20)];
    if (classes) out.targets.as<std::int64_t>()[static_cast<std::size_t>(r)] = x > 0.3F ? 2 : x > 0 ? 1 : 0;
    else out.targets.as<float>()[static_cast<std::size_t>(r)] = x * x + 0.1F * next();
  }
  return out;
}

TrainOptions options_of(std::int64_t batch, Parts parts) {
  TrainOptions options;
  options.batch = batch;
  options.epochs = 3;
  options.parts = parts;
  options.validation = 0.1;
  return options;
}

nn::Layer net(std::int64_t outputs) {
  return nn::sequential(
      {nn::linear(33), nn::relu(), nn::dropout(0.25), nn::linear(17), nn::tanh(), nn::linear(outputs)});
}

/// The largest difference between the parameters of two runs; 0 when all bits agree.
double difference(const Run& a, const Run& b) {
  double most = 0;
  for (const nn::Parameter& p : a.model.network.parameters) {
    const Tensor& other = *b.model.network.find(p.name);
    if (std::memcmp(p.value.data(), other.data(), p.value.bytes()) == 0) continue;
    for (std::int64_t i = 0; i < other.shape().count(); ++i) {
      most = std::max(most, std::fabs(p.value.view().number(i) - other.view().number(i)));
    }
    most = std::max(most, 1e-300);
  }
  return most;
}

TEST(Parts, OfWholeLeavesGiveTheBitsOfTheWholeBatch) {
  Engine engine({.threads = 2});
  for (const bool classes : {true, false}) {
    const data::Dataset data = noise(640 * 10 / 9 + 1, classes);  // 640 rows to learn from
    const auto run = [&](std::int64_t batch, Parts parts, std::optional<loss::Loss> loss = {}) {
      TrainOptions options = options_of(batch, parts);
      options.loss = std::move(loss);
      options.steps = 2;  // whole batches
      return train(engine, net(classes ? 3 : 1), data, options);
    };
    for (const std::int64_t batch : {128, 256, 512}) {
      const gradus::Run whole = run(batch, {});
      EXPECT_GT(difference(whole, run(batch / 2, {})), 0);  // so that equal bits say something
      for (std::int64_t rows = 64; rows < batch; rows *= 2) {
        EXPECT_EQ(difference(whole, run(batch, {rows, true})), 0) << batch << " in " << rows << " " << classes;
      }
      EXPECT_LT(difference(whole, run(batch, {16, false})), 2e-5);
    }
    if (classes) continue;
    for (const loss::Loss& loss : {loss::huber(0.3), loss::mae, loss::half_squared, loss::half_squared_sum}) {
      EXPECT_EQ(difference(run(256, {}, loss), run(256, {64, true}, loss)), 0) << loss.name();
    }
  }
}

TEST(Parts, OfWholeLeavesGiveTheBitsOfTheWholeBatchWithConvolutions) {
  Engine engine({.threads = 2});
  const data::Dataset data = noise(300, true);
  const nn::Layer net = nn::with_output(nn::parse_net("conv 3 3x3 pad 1 relu, maxpool 2, 7 relu"), 3);
  const nn::Model model = nn::make_model(net, {1, 4, 5}, {});
  TrainOptions options = options_of(256, {});
  options.steps = 2;
  const gradus::Run whole = train(engine, model, data, options);
  options.parts = {64, true};
  EXPECT_EQ(difference(whole, train(engine, model, data, options)), 0);
}

/// A first layer that is large beside the batch is cut along the sum where a batch is one leaf; so neither a batch of
/// several nor its parts may be.
TEST(Parts, OfWholeLeavesGiveTheBitsOfTheWholeBatchWithALargeFirstLayer) {
  Engine engine({.threads = 2});
  data::Dataset data = noise(300, true);
  Tensor wide(DType::f32, Shape{300, 700});
  for (std::int64_t i = 0; i < wide.count(); ++i) wide.set(i, data.features.view().number(i % data.features.count()));
  data.features = wide;
  TrainOptions options = options_of(128, {});
  options.steps = 2;
  const nn::Layer net = nn::sequential({nn::linear(64), nn::relu(), nn::linear(3)});
  const gradus::Run whole = train(engine, net, data, options);
  options.parts = {64, true};
  EXPECT_EQ(difference(whole, train(engine, net, data, options)), 0);
}

TEST(Parts, OfAnySizeGiveTheWholeBatchUpToRounding) {
  Engine engine({.threads = 2});
  const data::Dataset data = noise(1000, true);
  for (const std::int64_t batch : {0, 100, 300}) {  // 0: all rows, in one step
    const gradus::Run whole = train(engine, net(3), data, options_of(batch, {}));
    for (const Parts parts : {Parts{64, true}, {64, false}, {1, false}, {7, true}}) {
      const gradus::Run run = train(engine, net(3), data, options_of(batch, parts));
      EXPECT_LT(difference(whole, run), 1e-4) << batch << " in " << parts.rows;
      ASSERT_EQ(run.history.size(), whole.history.size());
      EXPECT_NEAR(run.history.back().loss, whole.history.back().loss, 1e-5);
      EXPECT_NEAR(run.history.back().gradient_norm, whole.history.back().gradient_norm, 1e-4);
    }
  }
}

TEST(Parts, AreRefusedWhereRowsDependOnOneAnother) {
  Engine engine({.threads = 1});
  const nn::Layer centered = nn::layer("centered", [](nn::Scope&, Value x) { return x - mean(x, {0}, true); });
  const nn::Layer net = nn::sequential({nn::linear(8), centered, nn::linear(3)});
  TrainOptions options = options_of(128, {64, true});
  try {
    train(engine, net, noise(400, true), options);
    FAIL() << "not refused";
  } catch (const UserError& error) {
    EXPECT_EQ(error.fault(), Fault::budget);
    EXPECT_NE(std::string(error.what()).find("depend on one another"), std::string::npos) << error.what();
  }
}

TEST(Memory, TheBudgetChoosesPartsAndNamesTheLeastThatWouldDo) {
  Engine engine({.threads = 1});
  const data::Dataset data = noise(4000, true);
  const nn::Model model = nn::make_model(net(3), {20}, {});
  TrainOptions options = options_of(2048, {});
  options.validation = 0;
  const StepRows rows = step_rows(options, 4000, 0);
  const BatchSpec batch = batch_spec(data);
  const std::size_t whole = memory_use(engine, model, loss::cross_entropy, options, batch, rows, 1).total();
  options.memory = static_cast<std::int64_t>(whole);
  EXPECT_EQ(choose_parts(engine, model, loss::cross_entropy, options, batch, rows, 1).parts.rows, 0);
  options.memory = static_cast<std::int64_t>(whole) - 1;
  const MemoryUse less = choose_parts(engine, model, loss::cross_entropy, options, batch, rows, 1);
  EXPECT_GT(less.parts.rows, 0);
  EXPECT_LT(less.parts.rows, 2048);
  EXPECT_TRUE(less.parts.tree);
  EXPECT_LE(less.total(), whole - 1);
  options.memory = 1000;
  std::string message;
  try {
    train(engine, model, data, options);
  } catch (const UserError& error) {
    EXPECT_EQ(error.fault(), Fault::budget);
    message = error.what();
  }
  // What it names does, and a hundredth less does not.
  const std::size_t at = message.find("--memory ");
  ASSERT_NE(at, std::string::npos) << message;
  ASSERT_NE(message.find("KB", at), std::string::npos) << message;
  options.memory = std::llround(std::stod(message.substr(at + 9)) * 1000);
  options.epochs = 1;
  EXPECT_EQ(train(engine, model, data, options).stopped_by, StoppedBy::epochs);
  options.memory -= options.memory / 100;
  EXPECT_THROW(train(engine, model, data, options), UserError);
}

// Budgets around every size that some number of threads needs: parts are those of one thread, whoever computes.
TEST(Memory, PartsDoNotDependOnTheNumberOfThreads) {
  const Engine engine({.threads = 1});
  const nn::Model model = nn::make_model(net(3), {20}, {});
  TrainOptions options = options_of(1024, {});
  const StepRows rows = step_rows(options, 4000, 0);
  const BatchSpec batch = batch_spec(noise(2, true));
  const MemoryUse whole = memory_use(engine, model, loss::cross_entropy, options, batch, rows, 1);
  const std::size_t one = whole.engine.threads;
  for (const std::size_t budget : {whole.total() / 2, whole.total() - 1, whole.total(), whole.total() + one - 1,
                                   whole.total() + one, whole.total() + 7 * one, whole.total() + 100 * one}) {
    options.memory = static_cast<std::int64_t>(budget);
    const MemoryUse alone = choose_parts(engine, model, loss::cross_entropy, options, batch, rows, 1);
    EXPECT_EQ(alone.threads, 1);
    for (const int threads : {2, 8, 16, 64}) {
      const MemoryUse use = choose_parts(engine, model, loss::cross_entropy, options, batch, rows, threads);
      EXPECT_EQ(use.parts.rows, alone.parts.rows) << threads;
      EXPECT_EQ(use.parts.tree, alone.parts.tree) << threads;
      EXPECT_LE(use.total(), budget) << threads;
      EXPECT_LE(use.threads, threads);
      if (use.threads < threads) {
        EXPECT_GT(use.total() + use.engine.threads / static_cast<std::size_t>(use.threads), budget) << threads;
      }
      if (budget >= whole.total()) {
        EXPECT_EQ(use.threads,
                  std::min<std::size_t>(static_cast<std::size_t>(threads), 1 + (budget - whole.total()) / one));
      }
    }
  }
}

TEST(Memory, ABudgetGivesTheSameBitsOnAnyNumberOfThreads) {
  const Engine alone({.threads = 1});
  const data::Dataset data = noise(900, true);
  const nn::Model model = nn::make_model(net(3), {20}, {.seed = 5});
  TrainOptions options = options_of(300, {});  // no power of two: other parts have other bits
  options.epochs = 2;
  const StepRows rows = step_rows(options, 810, 90);
  const MemoryUse whole = memory_use(alone, model, loss::cross_entropy, options, batch_spec(data), rows, 1);
  options.memory = static_cast<std::int64_t>(whole.total() + 2 * whole.engine.threads + 100);
  const auto run = [&](int threads) {
    Engine engine({.threads = threads});
    return train(engine, model, data, options);
  };
  const gradus::Run one = run(1);
  for (const int threads : {2, 3, 8, 16}) EXPECT_EQ(difference(one, run(threads)), 0) << threads;
  const MemoryUse use = choose_parts(alone, model, loss::cross_entropy, options, batch_spec(data), rows, 16);
  EXPECT_EQ(use.threads, 3);
  const std::string text = describe(use, rows, 16);
  EXPECT_TRUE(text.ends_with("beside the data: the whole batch at once, on 3 of 16 threads")) << text;
  // The size that is said is enough.
  options.memory = std::llround(std::stod(text) * 1000);
  ASSERT_NE(text.find("KB beside"), std::string::npos) << text;
  EXPECT_EQ(choose_parts(alone, model, loss::cross_entropy, options, batch_spec(data), rows, 16).threads, 3);
}

TEST(Memory, SumsOfPartsAreKeptForALevelOfTheTreeEach) {
  EXPECT_EQ(sum_levels(1, true), 1);
  EXPECT_EQ(sum_levels(2, true), 1);
  EXPECT_EQ(sum_levels(3, true), 2);
  EXPECT_EQ(sum_levels(4, true), 2);
  EXPECT_EQ(sum_levels(5, true), 3);
  EXPECT_EQ(sum_levels(8, true), 3);
  EXPECT_EQ(sum_levels(8, false), 1);
}

}  // namespace
}  // namespace gradus
