// Every rule that ends a training, and that it says which one did.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "gradus/core/ops/pointwise.hpp"
#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/train/train.hpp"
#include "tests/learn/train/sample_data.hpp"

namespace gradus {
namespace {

nn::Layer linear_net() { return nn::sequential({nn::linear(1)}); }

struct Stop : testing::Test {
  Engine engine{{.threads = 1}};
  TrainOptions options{.optimizer = optim::gradient_descent(0.05), .batch = 8, .epochs = 1000, .dtype = DType::f64};

  gradus::Run run(std::int64_t rows = 20) { return train(engine, linear_net(), plane(rows, DType::f64), options); }
};

TEST_F(Stop, AfterItsSteps) {
  options.steps = 7;
  const auto r = run();
  EXPECT_EQ(r.stopped_by, StoppedBy::steps);
  EXPECT_EQ(r.model.record.steps, 7);
  EXPECT_EQ(r.history.size(), 3u);  // 3 steps an epoch: the third epoch was cut short
}

TEST_F(Stop, WhenTheTimeIsUp) {
  options.seconds = 0.05;
  options.epochs = std::numeric_limits<std::int64_t>::max();
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(run().stopped_by, StoppedBy::time);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(10));
}

TEST_F(Stop, WhenItIsAsked) {
  int steps = 0;
  options.observers.emplace_back().should_stop = [&] { return ++steps == 5; };
  const auto r = run();
  EXPECT_EQ(r.stopped_by, StoppedBy::request);
  EXPECT_EQ(r.model.record.steps, 5);
}

TEST_F(Stop, AtTheTargetLoss) {
  options.target_loss = 0.01;
  const auto r = run();
  EXPECT_EQ(r.stopped_by, StoppedBy::target_loss);
  EXPECT_LE(r.history.back().loss, 0.01);
  EXPECT_GT(r.history[r.history.size() - 2].loss, 0.01);
}

// One weight, f = (w x - t)^2 over one row with x = 1, t = 3, rate 1/4: w halves its distance to 3 each step, so it
// moves by 3/2, 3/4, ... The first move below 2^-10 is the 12th, 3/4096.
TEST_F(Stop, WhenTheWeightsMoveLessThanTheTolerance) {
  data::Dataset one = plane(1, DType::f64);
  one.features = Tensor::from({1, 1}, {1});
  one.targets = Tensor::from({1, 1}, {3});
  nn::Model model = nn::make_model(nn::sequential({nn::linear(1, {.bias = false, .init = init::zeros()})}), {1},
                                   {.dtype = DType::f64});
  const auto steps = [&](double tolerance) {
    const auto r = train(engine, model, one,
                         {.optimizer = optim::gradient_descent(0.25),
                          .batch = 0,
                          .epochs = 100,
                          .tolerance = tolerance,
                          .validation = 0});
    EXPECT_EQ(r.stopped_by, StoppedBy::tolerance);
    EXPECT_EQ(r.model.network.parameters[0].value.number(),
              3 - 3 * std::ldexp(1, -static_cast<int>(r.model.record.steps)));
    return r.model.record.steps;
  };
  EXPECT_EQ(steps(std::ldexp(1, -10)), 12);
  EXPECT_EQ(steps(std::ldexp(3, -12)), 13);  // strict: the 12th move equals it
}

TEST_F(Stop, WhenValidationNoLongerImproves) {
  // Targets without any rule: the validation loss gets worse as the training rows are learnt by heart.
  data::Dataset noise = sine_classes(40, 12, DType::f64);
  options = {.optimizer = optim::adam({.learning_rate = 0.02}),
             .batch = 8,
             .epochs = 500,
             .patience = 5,
             .validation = 0.25,
             .dtype = DType::f64};
  const auto r = train(engine, nn::with_output(nn::parse_net("32 tanh"), 3), noise, options);
  EXPECT_EQ(r.stopped_by, StoppedBy::patience);
  ASSERT_EQ(r.best_epoch, static_cast<std::int64_t>(r.history.size()) - 5);
  double least = std::numeric_limits<double>::infinity();
  for (const EpochReport& epoch : r.history) {
    EXPECT_EQ(epoch.best, epoch.validation->loss < least);
    least = std::min(least, epoch.validation->loss);
  }
  EXPECT_EQ(r.history[static_cast<std::size_t>(r.best_epoch) - 1].validation->loss, least);

  options.patience = 0;
  options.epochs = r.best_epoch;  // the weights that were kept are those of that epoch
  const auto again = train(engine, nn::with_output(nn::parse_net("32 tanh"), 3), noise, options);
  for (const nn::Parameter& p : again.model.network.parameters)
    EXPECT_TRUE(same_bits(p.value, *r.model.network.find(p.name)));
}

/// A rate that is right for so many steps, and then too large for anything to stay finite.
optim::Schedule explosion_after(std::int64_t steps) {
  static constexpr kinds::Key keys[] = {{"after", kinds::KeyType::whole, "1", "steps that are right"}};
  static constexpr optim::ScheduleKind explosion{
      {"explosion", "right at first, then too large", keys},
      [](const kinds::Keys& of, const optim::Moment& now, std::span<const double>) {
        return now.step < of.whole("after") ? 1.0 : 1e300;
      }};
  return kinds::make(explosion, {{"after", steps}});
}

/// `rows` times x = 1, t = 3.
data::Dataset equal_rows(std::int64_t rows) {
  data::Dataset out = plane(rows, DType::f64);
  out.features = Tensor::full({DType::f64, {rows, 1}}, 1);
  out.targets = Tensor::full({DType::f64, {rows, 1}}, 3);
  return out;
}

/// f = (w x - t)^2 at rate 1/4: w halves its distance to 3 in each step, from 0.
gradus::Run explode(Engine& engine, const TrainOptions& options) {
  const nn::Model model = nn::make_model(nn::sequential({nn::linear(1, {.bias = false, .init = init::zeros()})}), {1},
                                         {.dtype = DType::f64});
  try {
    train(engine, model, equal_rows(8), options);
  } catch (const Diverged& error) {
    return error.run();
  }
  ADD_FAILURE() << "did not diverge";
  return gradus::Run{};
}

TEST_F(Stop, DivergedKeepsTheBestEpoch) {
  // Six steps are good; the seventh leaves weights that are finite and terrible, the eighth a loss that is infinite.
  options.optimizer = optim::gradient_descent(0.25);
  options.schedule = explosion_after(6);
  for (const double validation : {0.0, 0.25}) {
    for (const std::int64_t patience : {0, 100}) {
      for (const std::int64_t batch : {0, 4, 2}) {  // one step an epoch, two or more
        if (patience > 0 && validation == 0) continue;
        options.batch = batch, options.validation = validation, options.patience = patience;
        const gradus::Run run = explode(engine, options);
        const double rows = 8 * (1 - validation), steps = batch == 0 ? 1 : std::ceil(rows / static_cast<double>(batch));
        const double epochs = std::floor(6 / steps);
        SCOPED_TRACE(testing::Message() << validation << ' ' << patience << ' ' << batch);
        EXPECT_EQ(run.stopped_by, StoppedBy::diverged);
        EXPECT_EQ(static_cast<double>(run.best_epoch), epochs);
        EXPECT_EQ(run.model.record.epoch, run.best_epoch);
        EXPECT_EQ(run.model.network.parameters[0].value.number(), 3 - 3 * std::exp2(-epochs * steps));
      }
    }
  }
}

TEST_F(Stop, DivergedFromTheBeginningKeepsNoEpoch) {
  options.optimizer = optim::gradient_descent(1.25);  // the distance grows by half in each step
  options.epochs = 100'000;
  for (const double validation : {0.0, 0.25}) {
    options.batch = 0, options.validation = validation;
    const gradus::Run run = explode(engine, options);
    EXPECT_GT(run.history.size(), 100U);
    EXPECT_EQ(run.best_epoch, 0);
    EXPECT_EQ(run.model.network.parameters[0].value.number(), 0) << "the initial weight";
  }
}

TEST_F(Stop, WithoutPatienceAHealthyRunEndsWithItsLastEpoch) {
  options = {.optimizer = optim::adam({.learning_rate = 0.02}),
             .batch = 8,
             .epochs = 40,
             .validation = 0.25,
             .dtype = DType::f64};
  std::vector<double> validation;
  options.observers.emplace_back().on_epoch = [&](const EpochReport& e) { validation.push_back(e.validation->loss); };
  const data::Dataset noise = sine_classes(40, 12, DType::f64);
  const auto r = train(engine, nn::with_output(nn::parse_net("32 tanh"), 3), noise, options);
  ASSERT_LT(*std::min_element(validation.begin(), validation.end()), validation.back()) << "the last is not the best";
  EXPECT_EQ(r.best_epoch, 40);
  EXPECT_EQ(r.model.record.epoch, 40);
}

TEST_F(Stop, SaysThatTheLossRose) {
  options.optimizer = optim::gradient_descent(1.125);  // the distance grows by a quarter in each step
  options.batch = 0, options.epochs = 10, options.validation = 0;
  const auto r =
      train(engine, nn::sequential({nn::linear(1, {.bias = false, .init = init::zeros()})}), equal_rows(4), options);
  EXPECT_EQ(r.stopped_by, StoppedBy::epochs);
  ASSERT_EQ(r.notes.size(), 1U);
  // 9 * 1.25^18
  EXPECT_TRUE(r.notes[0].starts_with("the loss rose from 9 in the first epoch to 500 in the last; try: "))
      << r.notes[0];
}

TEST_F(Stop, NeverClaimsConvergenceForALimit) {
  for (StoppedBy rule : {StoppedBy::epochs, StoppedBy::steps, StoppedBy::time, StoppedBy::request}) {
    EXPECT_EQ(std::string(describe(rule)).find("converge"), std::string::npos);
  }
}

TEST_F(Stop, WhenTheLossIsNotFinite) {
  options.optimizer = optim::gradient_descent(1e3);  // the loss grows by many powers of ten a step
  options.dtype = DType::f32;
  try {
    train(engine, nn::with_output(nn::parse_net("4"), 1), plane(100, DType::f32), options);
    FAIL() << "did not diverge";
  } catch (const Diverged& error) {
    EXPECT_EQ(error.fault(), Fault::diverged);
    const std::string what = error.what();
    EXPECT_TRUE(what.starts_with("epoch 1, step ")) << what;
    EXPECT_NE(what.find("the first values that are not finite are those of "), std::string::npos) << what;
    EXPECT_NE(what.find("try: a smaller learning rate: 100"), std::string::npos) << what;
    EXPECT_EQ(error.run().stopped_by, StoppedBy::diverged);
    for (const nn::Parameter& p : error.run().model.network.parameters) {
      for (double x : p.value.numbers()) EXPECT_TRUE(std::isfinite(x)) << p.name;
    }
  }
}

TEST_F(Stop, AdvisesARateThatIsShortAndLess) {
  const std::pair<double, const char*> rates[] = {{1e30, ": 1e+29"}, {7e25, ": 7e+24"}, {3e7, ": 3e+06"}};
  for (const auto& [rate, advised] : rates) {
    options.optimizer = optim::gradient_descent(rate);
    options.dtype = DType::f32;
    try {
      train(engine, nn::with_output(nn::parse_net("4"), 1), plane(100, DType::f32), options);
      FAIL() << "did not diverge";
    } catch (const Diverged& error) {
      EXPECT_TRUE(std::string(error.what()).ends_with("a smaller learning rate" + std::string(advised)))
          << error.what();
    }
  }
}

TEST_F(Stop, BlamesNoRateForTheFirstLoss) {
  data::Dataset huge = plane(20, DType::f32);
  for (std::int64_t i = 0; i < 20; ++i) huge.targets.set(i, 1e30);  // whose squares f32 cannot hold
  try {
    train(engine, linear_net(), huge, {.epochs = 1});
    FAIL() << "did not diverge";
  } catch (const Diverged& error) {
    const std::string what = error.what();
    EXPECT_EQ(what.find("rate"), std::string::npos) << what;
    EXPECT_NE(what.find("try: smaller features and targets"), std::string::npos) << what;
  }
}

TEST_F(Stop, NamesTheLayerWhoseValuesAreNotFirstFinite) {
  const nn::Layer bad = nn::layer("bad", [](nn::Scope& scope, Value x) {
    const Value y = log(x - 1e30);  // NaN
    scope.label(y, "logarithm");
    return y;
  });
  try {
    train(engine, nn::sequential({nn::linear(3), bad, nn::linear(1)}), plane(20, DType::f32), options = {});
    FAIL() << "did not diverge";
  } catch (const Diverged& error) {
    EXPECT_NE(std::string(error.what()).find("those of 1.logarithm"), std::string::npos) << error.what();
    EXPECT_EQ(error.run().model.record.steps, 1);
  }
}

}  // namespace
}  // namespace gradus
