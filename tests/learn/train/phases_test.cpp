// Several losses on one set of parameters, one after the other in every step.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "gradus/core/ops/operators.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/core/ops/random.hpp"
#include "gradus/core/ops/reduce.hpp"
#include "gradus/learn/nn/activations.hpp"
#include "gradus/learn/train/evaluate.hpp"
#include "gradus/learn/train/train.hpp"
#include "tests/learn/train/sample_data.hpp"
#include "tests/support/refusal.hpp"

namespace gradus {
namespace {

#include "tests/learn/train/torch_game.inl"

nn::Layer generator_net() { return nn::sequential({nn::linear(4), nn::tanh(), nn::linear(3)}); }
nn::Layer critic_net() { return nn::sequential({nn::linear(5), nn::tanh(), nn::linear(1)}); }

/// The generator alone, under the name that it has in the phases.
nn::Layer player() {
  return nn::layer("player", [](nn::Scope& scope, Value x) { return scope.apply("generator", generator_net(), x); });
}

/// Noise as features, real rows as targets.
data::Dataset game_rows(std::int64_t rows) {
  data::Dataset out;
  out.source = "game";
  out.features = sines({rows, 2}, 0.37, 1, DType::f64);
  out.has_targets = true;
  out.targets = sines({rows, 3}, 0.53, 2, DType::f64);
  return out;
}

std::vector<Phase> game() {
  Phase critic{.name = "critic"}, generator{.name = "generator"};
  critic.loss = [](nn::Scope& scope, Batch& batch) {
    const Value real = scope.apply("critic", critic_net(), batch.target());
    const Value made = scope.apply("generator", generator_net(), batch.features());
    return mean(softplus(-real) + softplus(scope.apply("critic", critic_net(), made)));
  };
  critic.parameters = {"critic.*"};
  critic.updates = optim::adam({.learning_rate = 0.01, .beta1 = 0.5});
  generator.loss = [](nn::Scope& scope, Batch& batch) {
    const Value made = scope.apply("generator", generator_net(), batch.features());
    return mean(softplus(-scope.apply("critic", critic_net(), made)));
  };
  generator.parameters = {"generator.*"};
  generator.updates = optim::sgd({.learning_rate = 0.05, .momentum = 0.5});
  return {critic, generator};
}

const TrainOptions game_options{.batch = 0, .epochs = 200, .dtype = DType::f64};

/// With the first weights of torch_game.py: the generator's, then the critic's.
TrainerState with_first_weights(TrainerState state) {
  for (nn::Parameter& slot : state.slots) {
    const bool generator = slot.name.starts_with("generator."), critic = slot.name.starts_with("critic.");
    if (!generator && !critic) continue;
    const char* const names[] = {"0.weight", "0.bias", "2.weight", "2.bias"};
    const std::string own = slot.name.substr(slot.name.find('.') + 1);
    const auto place = std::find(std::begin(names), std::end(names), own) - std::begin(names);
    slot.value = sines(slot.value.shape(), static_cast<double>(place + (critic ? 5 : 1)), 0.5, DType::f64);
  }
  return state;
}

void expect_weights(const TrainerState& state, const std::string& of, const std::vector<double>& expected) {
  std::size_t at = 0;
  for (const char* name : {"0.weight", "0.bias", "2.weight", "2.bias"}) {
    const auto slot = std::find_if(state.slots.begin(), state.slots.end(),
                                   [&](const nn::Parameter& one) { return one.name == of + "." + name; });
    ASSERT_NE(slot, state.slots.end()) << of << name;
    for (const double x : slot->value.numbers()) EXPECT_NEAR(x, expected[at++], 1e-10) << of << "." << name;
  }
  EXPECT_EQ(at, expected.size());
}

struct Phases : testing::Test {
  Engine engine{{.threads = 2}};
};

TEST_F(Phases, OfAGameArePyTorchs) {
  const data::Dataset rows = game_rows(12);
  Trainer trainer(engine, player(), game(), rows, game_options);
  trainer.restore(with_first_weights(trainer.state()));
  while (!trainer.stopped()) trainer.step();
  const TrainerState state = trainer.state();
  EXPECT_EQ(state.steps, 200);
  expect_weights(state, "generator", generator_weights);
  expect_weights(state, "critic", critic_weights);
  ASSERT_EQ(trainer.losses().size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) EXPECT_NEAR(trainer.losses()[i], last_losses[i], 1e-12) << i;
  // The model is the generator alone.
  const TrainedModel model = trainer.model();
  ASSERT_EQ(model.network.parameters.size(), 4U);
  EXPECT_EQ(predict(engine, model, rows).shape(), (Shape{12, 3}));
}

// min over x, max over y of x y, with x and y one number each and rate r: x' = x - r y after y' = y + r x, in closed
// form (1, -r; r, 1 - r^2) (x, y), of determinant 1: it turns for ever.
TEST_F(Phases, OfAProductTurn) {
  constexpr double rate = 0.25;
  const auto number = [](nn::Scope& scope, const char* name) { return scope.parameter(name, {1}, init::constant(1)); };
  Phase up{.name = "up"}, down{.name = "down"};
  up.loss = [=](nn::Scope& scope, Batch&) { return -(number(scope, "x") * number(scope, "y")); };
  up.parameters = {"y"}, up.updates = optim::gradient_descent(rate);
  down.loss = [=](nn::Scope& scope, Batch&) { return number(scope, "x") * number(scope, "y"); };
  down.parameters = {"x"}, down.updates = optim::gradient_descent(rate);
  data::Dataset rows;
  rows.features = Tensor(DType::f64, {1, 1});
  const nn::Layer net = nn::layer("x", [=](nn::Scope& scope, Value x) { return x * number(scope, "x"); });
  Trainer trainer(engine, net, {up, down}, rows, {.batch = 0, .epochs = 100, .dtype = DType::f64});
  double x = 1, y = 1;
  while (!trainer.stopped()) {
    trainer.step();
    y += rate * x, x -= rate * y;
  }
  for (const nn::Parameter& slot : trainer.state().slots) {
    EXPECT_NEAR(slot.value.number(), slot.name == "x" ? x : y, 1e-12) << slot.name;
  }
}

// Random draws, short last batches, schedules and groups of their own: a state goes on to the same bits.
TEST_F(Phases, GoOnFromAState) {
  const data::Dataset rows = game_rows(50);
  std::vector<Phase> phases = game();
  for (Phase& phase : phases) {
    const auto plain = phase.loss;
    phase.loss = [plain](nn::Scope& scope, Batch& batch) {
      const Value noise = random_uniform(scope.key(), {scope.dtype(), {batch.rows(), 2}}, scope.next_stream());
      Batch with(
          batch.rows(), [&] { return batch.features() + 0.1 * noise; }, [&] { return batch.target(); });
      return plain(scope, with);
    };
  }
  phases[0].schedule = optim::cosine(), phases[1].schedule = optim::parse_schedule("step 2");
  phases[0].updates.groups = optim::parse_groups("*.bias rate 0.5", phases[0].updates.optimizer);
  phases[1].updates.clipping.norm = 0.1;
  const TrainOptions options{.batch = 16, .epochs = 6, .seed = 3, .dtype = DType::f64};
  Trainer whole(engine, player(), phases, rows, options), before(engine, player(), phases, rows, options);
  while (!whole.stopped()) whole.step();
  for (int i = 0; i < 14; ++i) before.step();
  Trainer after(engine, player(), phases, rows, options);
  after.restore(before.state());
  while (!after.stopped()) after.step();
  const TrainerState a = whole.state(), b = after.state();
  ASSERT_EQ(a.slots.size(), b.slots.size());
  for (std::size_t i = 0; i < a.slots.size(); ++i) {
    EXPECT_TRUE(same_bits(a.slots[i].value, b.slots[i].value)) << a.slots[i].name;
  }
}

TEST_F(Phases, ThatDoNotFitAreRefused) {
  const data::Dataset rows = game_rows(12);
  const auto refusal = [&](const std::function<void(std::vector<Phase>&)>& change,
                           TrainOptions options = game_options) {
    std::vector<Phase> phases = game();
    change(phases);
    return test::refusal([&] { Trainer(engine, player(), phases, rows, options); });
  };
  EXPECT_EQ(refusal([](auto&) {}), "");
  EXPECT_NE(refusal([](auto& p) { p.clear(); }).find("found none"), std::string::npos);
  EXPECT_NE(refusal([](auto& p) { p[1].name = "critic"; }).find("twice"), std::string::npos);
  EXPECT_NE(refusal([](auto& p) { p[0].name = "a/b"; }).find("other signs"), std::string::npos);
  EXPECT_NE(refusal([](auto& p) { p[0].loss = {}; }).find("no loss"), std::string::npos);
  EXPECT_NE(refusal([](auto& p) { p[0].updates = optim::Optimizer(); }).find("no optimizer"), std::string::npos);
  EXPECT_NE(refusal([](auto& p) { p[0].parameters = {"citric.*"}; }).find("no parameter that it learns"),
            std::string::npos);
  EXPECT_NE(refusal([](auto& p) {
              p[0].loss = [](nn::Scope& s, Batch& b) { return s.apply("critic", critic_net(), b.target()); };
            }).find("a single number"),
            std::string::npos);
  EXPECT_NE(refusal([](auto& p) {
              p.erase(p.begin() + 1);
              p[0].loss = [](nn::Scope& s, Batch& b) { return mean(s.apply("critic", critic_net(), b.target())); };
            }).find("a parameter that no phase has"),
            std::string::npos);
  TrainOptions patient = game_options;
  patient.patience = 3;
  EXPECT_NE(refusal([](auto&) {}, patient).find("patience"), std::string::npos);
  data::Dataset bare = rows;
  bare.has_targets = false;
  EXPECT_NE(test::refusal([&] { Trainer(engine, player(), game(), bare, game_options); }).find("without targets"),
            std::string::npos);
  Trainer trainer(engine, player(), game(), rows, game_options);
  EXPECT_NE(test::refusal([&] { trainer.validate(); }).find("no rows held back"), std::string::npos);
}

}  // namespace
}  // namespace gradus
