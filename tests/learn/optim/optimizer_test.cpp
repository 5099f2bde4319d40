#include "gradus/learn/optim/optimizer.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "gradus/core/ops/interpret.hpp"
#include "gradus/core/ops/operators.hpp"
#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/train/own_loop.hpp"

namespace gradus::optim {
namespace {

struct Case {
  const char* recipe;
  std::vector<std::vector<double>> after;  // 1, 2 and 10 steps with fixed gradients
  std::vector<double> trained;             // weights, biases and loss after 1,000 steps of linear regression
};

#include "tests/learn/optim/torch_values.inl"

/// The parameter after each step of the fixed gradients.
std::vector<std::vector<double>> run(const Optimizer& optimizer, DType dtype) {
  Graph graph;
  const Type type{dtype, {4}};
  const Value parameter = graph.input("w", type), gradient = graph.input("g", type);
  const Value rate = graph.input("rate"), t = graph.input("t");
  std::vector<Value> state;
  std::vector<Tensor> now{Tensor::from({4}, start, dtype)};
  for (const StateSpec& spec : states(optimizer)) {
    state.push_back(graph.input(std::string(spec.name), type_of(spec, type)));
    now.emplace_back(state.back().type());
  }
  const Update next = update(optimizer, {parameter, gradient, state, rate, t});

  std::vector<Value> wanted{next.parameter};
  wanted.insert(wanted.end(), next.state.begin(), next.state.end());
  std::vector<std::vector<double>> out;
  for (std::size_t k = 0; k < gradients.size(); ++k) {
    std::vector<Binding> bindings{{parameter, now[0]},
                                  {gradient, Tensor::from({4}, gradients[k], dtype)},
                                  {rate, learning_rate(optimizer)},
                                  {t, static_cast<double>(k + 1)}};
    for (std::size_t i = 0; i < state.size(); ++i) bindings.push_back({state[i], now[i + 1]});
    now = interpret(wanted, bindings);
    out.push_back(now[0].numbers());
  }
  return out;
}

void expect_like_torch(DType dtype, double tolerance) {
  for (const Case& c : cases) {
    const auto got = run(parse_optimizer(c.recipe), dtype);
    const std::size_t steps[] = {0, 1, 9};
    for (std::size_t s = 0; s < 3; ++s) {
      for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_NEAR(got[steps[s]][i], c.after[s][i], tolerance)
            << c.recipe << ", step " << steps[s] + 1 << ", element " << i;
      }
    }
  }
}

TEST(Optimizer, IsLikeTorchInF64) { expect_like_torch(DType::f64, 2e-15); }
TEST(Optimizer, IsLikeTorchInF32) { expect_like_torch(DType::f32, 2e-6); }

/// torch_values.py's batch.
void batch(int step, std::vector<double>& features, std::vector<double>& targets) {
  features.clear(), targets.clear();
  for (int i = 0; i < 4; ++i) {
    const int row = 4 * (step % 7) + i;
    for (int j = 0; j < 3; ++j) features.push_back(((7 * row + 5 * j + 3) * (j + 2) % 33 - 16) / 16.0);
    for (int k = 0; k < 2; ++k) targets.push_back(((11 * row + 3 * k) % 29 - 14) / 16.0);
  }
}

// The whole way: a compiled step with its state, a thousand times, on two threads.
TEST(Optimizer, IsLikeTorchAfterAThousandSteps) {
  Engine engine({.threads = 2});
  nn::Model model = nn::make_model(nn::sequential({nn::linear(2)}), {3}, {.dtype = DType::f64});
  *model.find("0.weight") = Tensor::from({2, 3}, {0.5, -0.25, 0.125, -0.75, 0.375, 0.0625});
  *model.find("0.bias") = Tensor::from({2}, {0.25, -0.5});
  std::vector<double> features, targets;
  for (const Case& c : cases) {
    CompiledStep step = compile_step(engine, model, loss::mse, parse_optimizer(c.recipe), {.rows = 4});
    double last = 0;
    for (int k = 0; k < 1000; ++k) {
      batch(k, features, targets);
      last = step(std::span<const double>(features), std::span<const double>(targets));
    }
    std::vector<double> got = step.model().find("0.weight")->numbers();
    for (double b : step.model().find("0.bias")->numbers()) got.push_back(b);
    got.push_back(last);
    ASSERT_EQ(got.size(), c.trained.size());
    for (std::size_t i = 0; i < got.size(); ++i)
      EXPECT_NEAR(got[i], c.trained[i], 1e-10) << c.recipe << ", number " << i;
  }
}

TEST(Optimizer, EveryKindIsComparedWithTorch) {
  std::set<const kinds::Kind*> compared;
  for (const Case& c : cases) compared.insert(parse_optimizer(c.recipe).kind);
  EXPECT_EQ(compared.size(), all_optimizers().size());
}

TEST(Optimizer, RefusesNumbersOutOfRange) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  for (double rate : {0.0, -0.1, nan, inf}) {
    EXPECT_THROW(gradient_descent(rate), UserError) << rate;
    EXPECT_THROW(adam({.learning_rate = rate}), UserError) << rate;
    for (const OptimizerKind* kind : all_optimizers())
      EXPECT_THROW(optimizer(kind->name, {{"rate", rate}}), UserError) << kind->name << rate;
  }
  EXPECT_THROW(sgd({.momentum = 1}), UserError);
  EXPECT_THROW(sgd({.momentum = -0.1}), UserError);
  EXPECT_THROW(sgd({.nesterov = true}), UserError);
  EXPECT_THROW(sgd({.momentum = 0.9, .nesterov = true, .dampening = 0.1}), UserError);
  EXPECT_THROW(sgd({.weight_decay = -1}), UserError);
  EXPECT_THROW(adam({.beta1 = 1}), UserError);
  EXPECT_THROW(adam({.beta2 = -0.5}), UserError);
  EXPECT_THROW(adam({.epsilon = 0}), UserError);
  EXPECT_THROW(adamw({.weight_decay = nan}), UserError);
  EXPECT_THROW(optimizer("rprop", {{"shrink", 1.0}}), UserError);
  EXPECT_THROW(optimizer("rprop", {{"least_step", 2}, {"largest_step", 1}}), UserError);
  EXPECT_THROW(optimizer("rmsprop", {{"centered", 1}}), UserError);
}

// A program may write adam() or name the kind: the defaults are the same.
TEST(Optimizer, FunctionsHaveTheDefaultsOfTheirKinds) {
  EXPECT_EQ(adam(), optimizer("adam"));
  EXPECT_EQ(adamw(), optimizer("adamw"));
  EXPECT_EQ(sgd(), optimizer("sgd"));
  EXPECT_EQ(gradient_descent(), optimizer("gradient_descent"));
  EXPECT_NE(adam(), adam({.beta1 = 0.8}));
  EXPECT_NE(adam(), adamw());
}

TEST(Optimizer, SaysItsNumbers) {
  EXPECT_EQ(kinds::print(adamw()), "adamw");
  EXPECT_EQ(kinds::print_all(adamw()), "adamw rate 0.001 beta1 0.9 beta2 0.999 epsilon 1e-08 weight_decay 0.01");
  EXPECT_EQ(kinds::print(sgd({.learning_rate = 0.1, .momentum = 0.9, .nesterov = true})),
            "sgd rate 0.1 momentum 0.9 nesterov");
}

// Every kind has the rate as its first key, and state names that differ.
TEST(Optimizer, KindsKeepTheirPromises) {
  for (const OptimizerKind* kind : all_optimizers()) {
    EXPECT_EQ(kind->keys.front().name, "rate") << kind->name;
    std::set<std::string_view> names;
    const States all = states(optimizer(kind->name));
    for (const StateSpec& spec : all) names.insert(spec.name);
    EXPECT_EQ(names.size(), all.size()) << kind->name;
  }
}

TEST(ParseOptimizer, NamesTheNearest) {
  const auto message = [](const char* text) {
    try {
      parse_optimizer(text);
    } catch (const UserError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_NE(message("adma").find("try: adam"), std::string::npos) << message("adma");
  EXPECT_NE(message("rmsprp").find("try: rmsprop"), std::string::npos) << message("rmsprp");
  EXPECT_NE(message("nadam momentum_decy 0.1").find("try: nadam momentum_decay"), std::string::npos)
      << message("nadam momentum_decy 0.1");
  EXPECT_NE(message("lion beta2 1").find("lion, beta2: found \"1\"; expected a number from 0 to below 1"),
            std::string::npos)
      << message("lion beta2 1");
}

// A kind of a program's own: plain descent with a sign of its own invention.
const kinds::Key own_keys[] = {{"rate", kinds::KeyType::number, "0.5", "step", kinds::positive}};
const OptimizerKind own_kind{
    {"own_descent", "half a step", own_keys},
    [](const kinds::Keys&) { return States{}; },
    [](const kinds::Keys&, const UpdateInput& in) -> Update {
      return {in.parameter - 0.5 * (cast(in.learning_rate, in.parameter.dtype()) * in.gradient), {}};
    }};
const OptimizerKind* const own[] = {&own_kind};

TEST(OwnOptimizer, IsNamedAndTrainedByAListThatTheCallerGives) {
  EXPECT_THROW(parse_optimizer("own_descent"), UserError);
  const Optimizer half = parse_optimizer("own_descent 0.25", own);
  EXPECT_EQ(half, optimizer("own_descent", {{"rate", 0.25}}, own));
  EXPECT_EQ(run(half, DType::f64), run(gradient_descent(0.125), DType::f64));
}

TEST(OwnOptimizer, ThatGivesBackAnotherStateThanItDeclaresIsRefused) {
  static const OptimizerKind wrong{{"wrong", "declares m, gives nothing", own_keys},
                                   [](const kinds::Keys&) { return States{{"m"}}; },
                                   [](const kinds::Keys&, const UpdateInput& in) -> Update {
                                     return {in.parameter, {}};
                                   }};
  static const OptimizerKind wide{{"wide", "gives a parameter of another type", own_keys},
                                  [](const kinds::Keys&) { return States{}; },
                                  [](const kinds::Keys&, const UpdateInput& in) -> Update {
                                    return {in.learning_rate, {}};
                                  }};
  Engine engine({.threads = 1});
  const nn::Model model = nn::make_model(nn::sequential({nn::linear(2)}), {3});
  for (const OptimizerKind* kind : {&wrong, &wide}) {
    EXPECT_THROW(compile_step(engine, model, loss::mse, kinds::make(*kind)), UserError) << kind->name;
  }
}

}  // namespace
}  // namespace gradus::optim
