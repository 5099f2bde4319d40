// A training step by step: what it decides, and that a state taken anywhere goes on to the same bits.
#include "gradus/learn/train/trainer.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/train/evaluate.hpp"
#include "gradus/learn/train/train.hpp"
#include "tests/learn/train/sample_data.hpp"
#include "tests/support/refusal.hpp"

namespace gradus {
namespace {

struct TrainerTest : testing::Test {
  Engine engine{{.threads = 1}}, other{{.threads = 3}};
};

void expect_same_bits(const Weights& a, const Weights& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].name, b[i].name);
    EXPECT_TRUE(same_bits(a[i].value, b[i].value)) << a[i].name;
  }
}

/// All but the seconds.
void expect_same(const gradus::Run& a, const gradus::Run& b) {
  expect_same_bits(a.model.network.parameters, b.model.network.parameters);
  expect_same_bits(a.optimizer_state, b.optimizer_state);
  EXPECT_EQ(a.stopped_by, b.stopped_by);
  EXPECT_EQ(a.best_epoch, b.best_epoch);
  EXPECT_EQ(a.notes, b.notes);
  EXPECT_EQ(a.model.record.steps, b.model.record.steps);
  ASSERT_EQ(a.history.size(), b.history.size());
  for (std::size_t i = 0; i < a.history.size(); ++i) {
    const EpochReport &x = a.history[i], &y = b.history[i];
    EXPECT_EQ(x.loss, y.loss) << i;
    EXPECT_EQ(x.gradient_norm, y.gradient_norm) << i;
    EXPECT_EQ(x.learning_rate, y.learning_rate) << i;
    EXPECT_EQ(x.best, y.best) << i;
    EXPECT_EQ(x.steps, y.steps) << i;
    ASSERT_EQ(x.validation.has_value(), y.validation.has_value());
    if (!x.validation) continue;
    EXPECT_EQ(describe(*x.validation), describe(*y.validation)) << i;
  }
}

struct Case {
  const char* name;
  const char* net;
  TrainOptions options;
};

std::vector<Case> cases() {
  TrainOptions dropout{
      .optimizer = optim::adam(), .schedule = optim::cosine({.warm_up = 0.1}), .batch = 16, .epochs = 6};
  TrainOptions plateau{.optimizer = optim::sgd({.learning_rate = 0.3, .momentum = 0.9}),
                       .schedule = optim::parse_schedule("plateau 0 gamma 0.5 threshold 0.1"),
                       .batch = 32,
                       .epochs = 8,
                       .seed = 5,
                       .dtype = DType::f64};
  TrainOptions patient{
      .optimizer = optim::parse_optimizer("nadam 0.05"), .batch = 20, .epochs = 60, .patience = 3, .validation = 0.3};
  TrainOptions whole{.optimizer = optim::parse_optimizer("rprop"), .batch = 0, .epochs = 9, .validation = 0};
  TrainOptions parts{.optimizer = optim::adam(), .batch = 128, .epochs = 4, .validation = 0, .parts = {64, true}};
  TrainOptions cut{.optimizer = optim::adam(), .batch = 16, .epochs = 50, .steps = 37};
  return {{"dropout", "24 relu, dropout 0.3, 8 tanh", dropout},
          {"plateau", "12 tanh", plateau},
          {"patient", "16 relu", patient},
          {"whole", "8 tanh, dropout 0.1", whole},
          {"parts", "24 relu, dropout 0.2", parts},
          {"cut", "8 tanh", cut}};
}

// Taken at random steps of random epochs, on one thread; gone on with in a new trainer, on three.
TEST_F(TrainerTest, GoesOnFromAStateToTheSameBits) {
  std::mt19937 random(1);
  for (const Case& one : cases()) {
    SCOPED_TRACE(one.name);
    const data::Dataset rows = sine_classes(300, 5, one.options.dtype);
    const nn::Layer net = nn::with_output(nn::parse_net(one.net), 3);
    const gradus::Run whole = train(engine, net, rows, one.options);
    for (int round = 0; round < 4; ++round) {
      const std::int64_t steps = std::uniform_int_distribution<std::int64_t>(0, whole.model.record.steps)(random);
      SCOPED_TRACE(steps);
      Trainer before(engine, net, rows, one.options);
      for (std::int64_t i = 0; i < steps; ++i) before.step();
      const TrainerState state = before.state();
      EXPECT_EQ(state.steps, steps);
      Trainer after(other, net, rows, one.options);
      if (round == 3 && !after.stopped()) after.step();  // what it did before does not matter
      after.restore(state);
      while (!after.stopped()) after.step();
      expect_same(whole, after.run());
      before.restore(state);  // and back
      while (!before.stopped()) before.step();
      expect_same(whole, before.run());
    }
  }
}

TEST_F(TrainerTest, HasTheModelAndTheValidationOfEveryMoment) {
  const data::Dataset rows = sine_classes(90, 4, DType::f64);
  Trainer trainer(engine, nn::with_output(nn::parse_net("6 tanh"), 3), rows,
                  {.batch = 9, .epochs = 2, .dtype = DType::f64});
  for (int i = 0; i < 5; ++i) trainer.step();
  const TrainedModel model = trainer.model();
  EXPECT_EQ(model.record.steps, 5);
  const Evaluation held = trainer.validate();
  const data::Dataset validation = data::take(rows, trainer.decided().split.validation);
  EXPECT_EQ(describe(evaluate(engine, model, validation)), describe(held));
  const StepReport next = trainer.step();  // looking changes nothing
  Trainer again(engine, nn::with_output(nn::parse_net("6 tanh"), 3), rows,
                {.batch = 9, .epochs = 2, .dtype = DType::f64});
  for (int i = 0; i < 5; ++i) again.step();
  EXPECT_EQ(again.step().loss, next.loss);
}

TEST_F(TrainerTest, SaysWhatItDecided) {
  const data::Dataset rows = sine_classes(40, 5, DType::f32);
  const Trainer trainer(engine, nn::with_output(nn::parse_net("4 tanh"), 3), rows, {.loss = loss::mse, .batch = 64});
  const Decided& decided = trainer.decided();
  EXPECT_EQ(decided.loss.name(), loss::mse.name());
  EXPECT_EQ(nn::print_net(decided.net), "4 tanh, 3 softmax");
  EXPECT_EQ(std::ssize(decided.split.validation), 4);
  EXPECT_EQ(decided.rows.batch, 36);
  ASSERT_EQ(decided.notes.size(), 2U);
  EXPECT_EQ(decided.notes[0].substr(0, 34), "softmax was added as the last laye");
  EXPECT_EQ(decided.notes[1], "batch 64 is larger than the 36 rows: every step takes all rows");
}

TEST_F(TrainerTest, RefusesTheStateOfAnotherTraining) {
  const data::Dataset rows = sine_classes(60, 5, DType::f32);
  const nn::Layer net = nn::with_output(nn::parse_net("4 tanh"), 3);
  const TrainOptions options{.batch = 16, .epochs = 3};
  Trainer trainer(engine, net, rows, options);
  trainer.step();
  const TrainerState state = trainer.state();
  const auto refusal = [&](const nn::Layer& of, const TrainOptions& changed, const data::Dataset& data) {
    Trainer another(engine, of, data, changed);
    return test::refusal([&] { another.restore(state); });
  };
  TrainOptions changed = options;
  changed.seed = 7;
  EXPECT_EQ(refusal(net, changed, rows),
            "state of a training: found seed 0; expected 7; try: a trainer made with seed 0");
  changed = options, changed.optimizer = optim::sgd();
  EXPECT_NE(refusal(net, changed, rows).find("found optimizer adam"), std::string::npos);
  changed = options, changed.epochs = 4;
  EXPECT_NE(refusal(net, changed, rows).find("steps planned"), std::string::npos);
  EXPECT_NE(refusal(nn::with_output(nn::parse_net("5 tanh"), 3), options, rows).find("found net 4 tanh, 3"),
            std::string::npos);
  EXPECT_NE(refusal(net, options, sine_classes(61, 5, DType::f32)).find("rows to learn from"), std::string::npos);
  data::Dataset changed_rows = rows;
  changed_rows.features.set(7, 99);
  EXPECT_NE(refusal(net, options, changed_rows).find("other rows"), std::string::npos);
  changed = options, changed.threads = 1, changed.metrics = metric::parse_metrics("log_loss");
  EXPECT_EQ(refusal(net, changed, rows), "");
}

// A state that was tampered with is refused as a whole, and the trainer goes on from where it was.
TEST_F(TrainerTest, RefusesAStateThatIsNotWhole) {
  const data::Dataset rows = sine_classes(60, 5, DType::f32);
  const nn::Layer net = nn::with_output(nn::parse_net("4 tanh"), 3);
  const TrainOptions options{.batch = 16, .epochs = 3};
  Trainer trainer(engine, net, rows, options), plain(engine, net, rows, options);
  trainer.step(), plain.step();
  const TrainerState whole = trainer.state();
  const auto refusal = [&](const std::function<void(TrainerState&)>& change) {
    TrainerState state = whole;
    change(state);
    return test::refusal([&] { trainer.restore(state); });
  };
  EXPECT_NE(refusal([](auto& s) { s.slots.pop_back(); }).find("found no "), std::string::npos);
  EXPECT_NE(refusal([](auto& s) { s.slots[0].value = Tensor(DType::f32, {2}); }).find("of type f32[2]"),
            std::string::npos);
  EXPECT_NE(refusal([](auto& s) {
              s.slots.push_back({"more", Tensor(DType::f32, {2})});
            }).find("slots"),
            std::string::npos);
  EXPECT_NE(refusal([](auto& s) { s.index = 4; }).find("a place in this training"), std::string::npos);
  EXPECT_NE(refusal([](auto& s) { s.index = -1; }).find("a place in this training"), std::string::npos);
  EXPECT_NE(refusal([](auto& s) { s.schedules.clear(); }).find("every schedule"), std::string::npos);
  EXPECT_NE(refusal([](auto& s) { s.facts.clear(); }).find("found net nothing"), std::string::npos);
  EXPECT_EQ(trainer.step().loss, plain.step().loss);
}

TEST_F(TrainerTest, OfNoEpochsHasEnded) {
  Trainer trainer(engine, nn::with_output(nn::parse_net(""), 3), sine_classes(20, 4, DType::f32), {.epochs = 0});
  EXPECT_EQ(trainer.stopped(), StoppedBy::epochs);
}

}  // namespace
}  // namespace gradus
