#include "gradus/learn/optim/optimizer.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "gradus/core/ops/interpret.hpp"

namespace gradus::optim {
namespace {

struct Case {
  Optimizer optimizer;
  std::vector<std::vector<double>> after;  // 1, 2 and 10 steps
};

#include "tests/learn/optim/torch_values.inl"

/// The parameter after each step of the fixed gradients.
std::vector<std::vector<double>> run(const Optimizer& optimizer, DType dtype) {
  Graph graph;
  const Type type{dtype, {4}};
  const Value parameter = graph.input("w", type), gradient = graph.input("g", type);
  const Value rate = graph.input("rate"), t = graph.input("t");
  std::vector<Value> state;
  for (const std::string& name : optimizer.state) state.push_back(graph.input(name, type));
  const Update update = optimizer.build({parameter, gradient, state, rate, t});

  std::vector<Tensor> now{Tensor::from({4}, start, dtype)};
  for (std::size_t i = 0; i < state.size(); ++i) now.emplace_back(type);
  std::vector<Value> wanted{update.parameter};
  wanted.insert(wanted.end(), update.state.begin(), update.state.end());
  std::vector<std::vector<double>> out;
  for (std::size_t k = 0; k < gradients.size(); ++k) {
    std::vector<Binding> bindings{{parameter, now[0]},
                                  {gradient, Tensor::from({4}, gradients[k], dtype)},
                                  {rate, optimizer.learning_rate},
                                  {t, static_cast<double>(k + 1)}};
    for (std::size_t i = 0; i < state.size(); ++i) bindings.push_back({state[i], now[i + 1]});
    now = interpret(wanted, bindings);
    out.push_back(now[0].numbers());
  }
  return out;
}

void expect_like_torch(DType dtype, double tolerance) {
  for (const Case& c : cases) {
    const auto got = run(c.optimizer, dtype);
    const std::size_t steps[] = {0, 1, 9};
    for (std::size_t s = 0; s < 3; ++s) {
      for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_NEAR(got[steps[s]][i], c.after[s][i], tolerance)
            << c.optimizer.text << ", step " << steps[s] + 1 << ", element " << i;
      }
    }
  }
}

TEST(Optimizer, IsLikeTorchInF64) { expect_like_torch(DType::f64, 2e-15); }
TEST(Optimizer, IsLikeTorchInF32) { expect_like_torch(DType::f32, 1e-6); }

TEST(Optimizer, RefusesNumbersOutOfRange) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  for (double rate : {0.0, -0.1, nan, inf}) {
    EXPECT_THROW(gradient_descent(rate), UserError) << rate;
    EXPECT_THROW(adam({.learning_rate = rate}), UserError) << rate;
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
}

TEST(Optimizer, SaysItsNumbers) {
  EXPECT_EQ(adamw().text, "adamw, learning rate 0.001, betas 0.9 0.999, epsilon 1e-08, weight decay 0.01");
  EXPECT_EQ(sgd({.learning_rate = 0.1, .momentum = 0.9, .nesterov = true}).text,
            "sgd, learning rate 0.1, Nesterov momentum 0.9");
}

TEST(FindOptimizer, KnowsEveryNameItLists) {
  for (std::string_view name : optimizer_names()) EXPECT_EQ(find_optimizer(name, 0.25).name, name);
  EXPECT_EQ(find_optimizer("adam", 0.25).learning_rate, 0.25);
}

TEST(FindOptimizer, NamesTheNearest) {
  try {
    find_optimizer("adma");
    FAIL();
  } catch (const UserError& error) {
    EXPECT_NE(std::string(error.what()).find("try: adam"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace gradus::optim
