#include "gradus/learn/train/train.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/train/evaluate.hpp"
#include "tests/learn/train/sample_data.hpp"

namespace gradus {
namespace {

nn::Layer net(const char* hidden, std::int64_t outputs) { return nn::with_output(nn::parse_net(hidden), outputs); }

struct Training : testing::Test {
  Engine engine{{.threads = 1}};
};

bool same_weights(const TrainedModel& a, const TrainedModel& b) {
  for (const nn::Parameter& p : a.network.parameters) {
    if (!same_bits(p.value, *b.network.find(p.name))) return false;
  }
  return true;
}

TEST_F(Training, FindsAPlaneExactly) {
  const data::Dataset rows = plane(40, DType::f64);
  const auto run = train(engine, net("", 1), rows,
                         {.optimizer = optim::sgd({.learning_rate = 0.2, .momentum = 0.9}),
                          .batch = 8,
                          .epochs = 200,
                          .dtype = DType::f64});
  EXPECT_NEAR(run.model.network.find("0.weight")->number(0), 2, 1e-9);
  EXPECT_NEAR(run.model.network.find("0.weight")->number(1), -1, 1e-9);
  EXPECT_NEAR(run.model.network.find("0.bias")->number(), 0.5, 1e-9);
  EXPECT_EQ(run.stopped_by, StoppedBy::epochs);
  EXPECT_EQ(run.history.size(), 200u);
  EXPECT_EQ(run.model.record.rows, 36);  // 10 % are held back
  EXPECT_EQ(run.history[0].validation->rows, 4);
  EXPECT_EQ(run.model.record.steps, 200 * 5);
}

TEST_F(Training, IsAFunctionOfTheSeed) {
  const data::Dataset rows = sine_classes(50, 4, DType::f32);
  const auto once = [&](std::uint64_t seed) {
    return train(engine, net("8 relu, dropout 0.5", 3), rows, {.batch = 16, .epochs = 3, .seed = seed});
  };
  const auto first = once(1);
  EXPECT_TRUE(same_weights(first.model, once(1).model));
  EXPECT_FALSE(same_weights(first.model, once(2).model));
}

// A mean over each batch's own rows: the losses of an epoch at rate ~0 are those of the whole set, whatever the
// batches.
TEST_F(Training, WeighsAShortLastBatchByItsRows) {
  const data::Dataset rows = sine_classes(50, 4, DType::f64);
  const auto loss_with = [&](std::int64_t batch) {
    return train(engine, net("8 tanh", 3), rows,
                 {.optimizer = optim::gradient_descent(1e-300),
                  .batch = batch,
                  .epochs = 1,
                  .validation = 0,
                  .dtype = DType::f64})
        .history[0]
        .loss;
  };
  for (std::int64_t batch : {1, 7, 16, 25, 49}) EXPECT_NEAR(loss_with(batch), loss_with(0), 1e-14) << batch;
}

TEST_F(Training, TellsTheNormOfTheGradient) {
  data::Dataset rows = plane(4, DType::f64);
  nn::Model model = nn::make_model(net("", 1), {2}, {.dtype = DType::f64});
  for (nn::Parameter& p : model.parameters) p.value = Tensor(p.value.type());
  double squares = 0;  // at w = 0, b = 0: d mse / dw = -2 mean(y x), d mse / db = -2 mean(y)
  for (int column = 0; column < 3; ++column) {
    double sum = 0;
    for (int r = 0; r < 4; ++r)
      sum += -2 * rows.targets.number(r) * (column < 2 ? rows.features.number(2 * r + column) : 1) / 4;
    squares += sum * sum;
  }
  const auto run =
      train(engine, model, rows, {.optimizer = optim::gradient_descent(0.1), .batch = 0, .epochs = 1, .validation = 0});
  EXPECT_NEAR(run.history[0].gradient_norm, std::sqrt(squares), 1e-14);
}

TEST_F(Training, ReportsEveryStepAndEpoch) {
  std::vector<StepReport> steps;
  std::vector<EpochReport> epochs;
  train(engine, net("", 1), plane(20, DType::f32),
        {.batch = 8,
         .epochs = 2,
         .observers = {{.on_step = [&](const StepReport& s) { steps.push_back(s); }},
                       {.on_epoch = [&](const EpochReport& e) { epochs.push_back(e); }}}});
  ASSERT_EQ(steps.size(), 6u);
  EXPECT_EQ(steps[5].epoch, 2);
  EXPECT_EQ(steps[5].step, 6);
  EXPECT_EQ(steps[5].step_in_epoch, 3);
  EXPECT_EQ(steps[5].steps_per_epoch, 3);
  EXPECT_EQ(steps[5].rows, 2);  // 18 rows: 8, 8, 2
  ASSERT_EQ(epochs.size(), 2u);
  EXPECT_EQ(epochs[1].steps, 6);
  EXPECT_NEAR(epochs[0].loss, (8 * steps[0].loss + 8 * steps[1].loss + 2 * steps[2].loss) / 18, 1e-12);
}

TEST_F(Training, FollowsItsSchedule) {
  std::vector<double> rates;
  train(engine, net("", 1), plane(20, DType::f32),
        {.optimizer = optim::gradient_descent(0.5),
         .schedule = optim::cosine({.warm_up = 0.5}),
         .batch = 5,
         .epochs = 2,
         .validation = 0,
         .observers = {{.on_step = [&](const StepReport& s) { rates.push_back(s.learning_rate); }}}});
  const double expected[] = {
      0.125, 0.25, 0.375, 0.5, 0.5, 0.5 * (1 + std::sqrt(0.5)) / 2, 0.25, 0.5 * (1 - std::sqrt(0.5)) / 2};
  ASSERT_EQ(rates.size(), 8u);
  for (std::size_t i = 0; i < 8; ++i) EXPECT_NEAR(rates[i], expected[i], 1e-15) << i;
}

TEST_F(Training, CountsEpochsForASchedule) {
  std::vector<double> rates;
  train(engine, net("", 1), plane(20, DType::f32),
        {.optimizer = optim::gradient_descent(0.5),
         .schedule = optim::parse_schedule("step 2 gamma 0.5"),
         .batch = 5,
         .epochs = 5,
         .validation = 0,
         .observers = {{.on_step = [&](const StepReport& s) { rates.push_back(s.learning_rate); }}}});
  ASSERT_EQ(rates.size(), 20u);
  for (std::size_t i = 0; i < rates.size(); ++i) EXPECT_EQ(rates[i], i < 8 ? 0.5 : i < 16 ? 0.25 : 0.125) << i;
}

// The rate of every epoch follows from the losses that were reported before it, of the validation rows or else of
// training.
TEST_F(Training, PlateauSeesTheLossThatIsReported) {
  for (double validation : {0.0, 0.25}) {
    const optim::Schedule schedule = optim::parse_schedule("plateau 1 gamma 0.5 threshold 0.3");
    const auto run = train(engine, net("", 1), plane(20, DType::f32),
                           {.optimizer = optim::gradient_descent(0.05),
                            .schedule = schedule,
                            .batch = 5,
                            .epochs = 30,
                            .validation = validation});
    optim::ScheduleRun again(schedule);
    for (const EpochReport& epoch : run.history) {
      EXPECT_EQ(epoch.learning_rate, 0.05 * again.factor({})) << epoch.epoch;
      again.epoch_ended(validation > 0 ? epoch.validation->loss : epoch.loss);
    }
    EXPECT_LT(again.factor({}), 1);
    EXPECT_EQ(run.model.record.schedule,
              "plateau patience 1 gamma 0.5 threshold 0.3 measure relative cooldown 0 least 0");
  }
}

TEST_F(Training, GoesWithEveryOptimizer) {
  const data::Dataset rows = plane(64, DType::f32);
  for (const optim::OptimizerKind* kind : optim::all_optimizers()) {
    const auto run =
        train(engine, net("8 tanh", 1), rows, {.optimizer = optim::optimizer(kind->name), .batch = 16, .epochs = 40});
    EXPECT_LT(run.history.back().loss, run.history.front().loss) << kind->name;
    EXPECT_EQ(optim::parse_optimizer(run.model.record.optimizer).kind, kind);
  }
}

TEST_F(Training, NeedsNoLogitForEachOfTwoClasses) {
  data::Dataset rows = plane(40, DType::f32);
  rows.task = data::Task::classification;
  rows.class_names = {"below", "above"};
  Tensor classes(DType::i64, {40});
  for (std::int64_t r = 0; r < 40; ++r) classes.set(r, rows.targets.number(r) > 0.5);
  rows.targets = classes;
  for (std::int64_t outputs : {1, 2}) {
    const auto run =
        train(engine, net("", outputs), rows, {.optimizer = optim::adam({.learning_rate = 0.1}), .epochs = 60});
    EXPECT_GE(evaluate(engine, run.model, rows).at("accuracy"), 0.9) << outputs;
  }
}

TEST_F(Training, RefusesBeforeTheFirstStep) {
  const data::Dataset rows = plane(20, DType::f32);
  const auto refused = [&](const TrainOptions& options) {
    EXPECT_THROW(train(engine, net("", 1), rows, options), UserError);
  };
  refused({.batch = -1});
  refused({.epochs = -1});
  refused({.seconds = -1});
  refused({.tolerance = std::nan("")});
  refused({.validation = 1});
  refused({.patience = 3, .validation = 0});
  EXPECT_THROW(train(engine, net("", 2), rows), UserError);
  EXPECT_THROW(train(engine, nn::sequential({}), rows), UserError);
  EXPECT_THROW(train(engine, nn::make_model(net("", 1), {3}), rows), UserError);
  data::Dataset none = rows;
  none.has_targets = false;
  EXPECT_THROW(train(engine, net("", 1), none), UserError);
}

TEST_F(Training, WithoutEpochsGivesTheUntrainedModel) {
  const auto run = train(engine, net("4 relu", 1), plane(20, DType::f32), {.epochs = 0, .seed = 3});
  const nn::Model fresh = nn::make_model(net("4 relu", 1), {2}, {.seed = 3});
  for (const nn::Parameter& p : fresh.parameters) EXPECT_TRUE(same_bits(p.value, *run.model.network.find(p.name)));
}

TEST_F(Training, SaysThatABatchIsLargerThanTheData) {
  EXPECT_EQ(train(engine, net("", 1), plane(20, DType::f32), {.batch = 1000, .epochs = 1}).notes.size(), 1u);
  EXPECT_TRUE(train(engine, net("", 1), plane(20, DType::f32), {.batch = 0, .epochs = 1}).notes.empty());
}

TEST_F(Training, WarnsThatNothingLearnsBeforeAStep) {
  const auto run = train(engine, net("4 step", 1), plane(20, DType::f32), {.epochs = 2});
  ASSERT_EQ(run.notes.size(), 2u);
  EXPECT_NE(run.notes[1].find("step is flat"), std::string::npos);
  const nn::Model fresh = nn::make_model(net("4 step", 1), {2});
  EXPECT_TRUE(same_bits(*fresh.find("0.weight"), *run.model.network.find("0.weight")));
  EXPECT_FALSE(same_bits(*fresh.find("2.weight"), *run.model.network.find("2.weight")));
}

TEST_F(Training, GivesBackTheOptimizersState) {
  const auto run = train(engine, net("", 1), plane(20, DType::f32), {.epochs = 1});
  std::vector<std::string> names;
  for (const nn::Parameter& p : run.optimizer_state) names.push_back(p.name);
  EXPECT_EQ(names,
            (std::vector<std::string>{"optim/0.weight/m", "optim/0.weight/v", "optim/0.bias/m", "optim/0.bias/v"}));
}

}  // namespace
}  // namespace gradus
