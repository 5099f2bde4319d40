#include "gradus/app/explain/network.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "gradus/core/ops/interpret.hpp"
#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/optim/optimizer.hpp"
#include "gradus/learn/train/step.hpp"
#include "tests/support/paths.hpp"

namespace gradus::explain {
namespace {

json::Value example(const std::string& name) {
  std::ifstream file(GRADUS_TEST_DATA "/worked_examples/worked-examples.json");
  std::stringstream text;
  text << file.rdbuf();
  const json::Value all = json::parse(text.str(), "worked-examples.json");
  for (const json::Value& one : all.at("examples").array()) {
    if (one.at("id").text() == name) return one;
  }
  throw std::runtime_error("no example " + name);
}

std::vector<double> numbers(const json::Value& value) { return value.at("data").numbers(); }

/// The lectures' net for car prices, 3-3-2-1, tanh everywhere, with the lectures' weights and no bias.
TrainedModel car_model(const json::Value& inputs) {
  TrainedModel model;
  model.network =
      nn::make_model(nn::parse_net("3 nobias tanh, 2 nobias tanh, 1 nobias tanh"), {3}, {.dtype = DType::f64});
  model.loss = loss::half_squared_sum;
  model.record.optimizer = kinds::print_all(optim::adam({.learning_rate = 0.01}));
  const char* const names[] = {"W1", "W2", "W3"};
  for (std::size_t k = 0; k < 3; ++k) {  // x W of the lectures is [in, out], parameters are [out, in]
    Tensor& weight = model.network.parameters[k].value;
    const auto w = numbers(inputs.at(names[k]));
    const std::int64_t out = weight.shape()[0], in = weight.shape()[1];
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(w.size()); ++i)
      weight.set(i % out * in + i / out, w[static_cast<std::size_t>(i)]);
  }
  return model;
}

data::Dataset car_rows(const json::Value& inputs, std::vector<double> targets) {
  data::Dataset rows;
  const auto x = numbers(inputs.at("X"));
  rows.source = "cars.csv";
  rows.features = Tensor::from({static_cast<std::int64_t>(x.size() / 3), 3}, x);
  targets.resize(x.size() / 3);
  rows.targets = Tensor::from({static_cast<std::int64_t>(targets.size()), 1}, targets);
  rows.has_targets = true;
  return rows;
}

const Node& at(const NetworkExplanation& n, int node) { return n.explanation.nodes[static_cast<std::size_t>(node)]; }

// 003-car-forward-nobias: Z2, a2, Z3, a3, Z4, a4 of five cars as the lecture prints them.
TEST(NetworkExplanation, GivesThe60NumbersOfTheLecture) {
  const json::Value car = example("003-car-forward-nobias");
  const TrainedModel model = car_model(car.at("inputs"));
  const data::Dataset rows = car_rows(car.at("inputs"), {});
  const char* const names[][2] = {{"Z2", "a2"}, {"Z3", "a3"}, {"Z4", "a4"}};
  int compared = 0;
  for (std::int64_t row = 1; row <= 5; ++row) {
    const NetworkExplanation n = explain_network(model, rows, row);
    ASSERT_EQ(n.layers.size(), 3U);
    for (std::size_t l = 0; l < 3; ++l) {
      for (std::size_t k = 0; k < 2; ++k) {
        const Tensor& got = at(n, k == 0 ? n.layers[l].preactivation : n.layers[l].activated).value;
        const auto want = numbers(car.at("expected").at(names[l][k]));
        const json::Value& slide = car.at("printed_on_slide").at(names[l][k]);
        for (std::int64_t i = 0; i < got.count(); ++i, ++compared) {
          const auto place = static_cast<std::size_t>((row - 1) * got.count() + i);
          EXPECT_NEAR(got.number(i), want[place], 1e-13) << names[l][k];
          if (slide.at("agrees").array()[place].truth()) {
            const json::Value& tolerance = slide.at("abs_tol");
            const double near = tolerance.is_array() ? tolerance.numbers()[place] : tolerance.number();
            EXPECT_NEAR(got.number(i), numbers(slide)[place], near) << names[l][k];
          }
        }
      }
    }
  }
  EXPECT_EQ(compared, 60);
}

TEST(NetworkExplanation, GivesTheDeltasOfTheLecture) {
  const json::Value car = example("003-car-backward-nobias");
  const TrainedModel model = car_model(car.at("inputs"));
  const data::Dataset rows = car_rows(car.at("inputs"), numbers(car.at("inputs").at("y")));
  const char* const names[] = {"delta2", "delta3", "delta4"};
  const char* const weights[] = {"dJ_dW1", "dJ_dW2", "dJ_dW3"};
  std::vector<double> sums[3];
  for (std::int64_t row = 1; row <= 4; ++row) {
    const NetworkExplanation n = explain_network(model, rows, row);
    for (std::size_t l = 0; l < 3; ++l) {
      const Tensor &got = *at(n, n.layers[l].preactivation).gradient, &w = *at(n, n.layers[l].weight).gradient;
      const auto want = numbers(car.at("expected").at(names[l]));
      for (std::int64_t i = 0; i < got.count(); ++i) {
        EXPECT_NEAR(got.number(i), want[static_cast<std::size_t>((row - 1) * got.count() + i)], 1e-13) << names[l];
      }
      sums[l].resize(static_cast<std::size_t>(w.count()));
      for (std::int64_t i = 0; i < w.count(); ++i) sums[l][static_cast<std::size_t>(i)] += w.number(i);
    }
  }
  for (std::size_t l = 0; l < 3; ++l) {  // the lecture's gradients are sums over the rows
    const auto want = numbers(car.at("expected").at(weights[l]));
    const std::int64_t out = static_cast<std::int64_t>(numbers(car.at("expected").at(names[l])).size()) / 4;
    const std::int64_t in = static_cast<std::int64_t>(want.size()) / out;
    for (std::int64_t i = 0; i < in * out; ++i) {
      EXPECT_NEAR(sums[l][static_cast<std::size_t>(i % out * in + i / out)], want[static_cast<std::size_t>(i)], 1e-13);
    }
  }
}

NetworkExplanation first_car() {
  const json::Value car = example("003-car-backward-nobias");
  return explain_network(car_model(car.at("inputs")), car_rows(car.at("inputs"), numbers(car.at("inputs").at("y"))), 1);
}

TEST(NetworkExplanation, PutsEveryNodeInItsLayer) {
  const NetworkExplanation n = first_car();
  EXPECT_EQ(n.layers[0].title, "Layer 1: 3 -> 3 tanh");
  for (const Node& node : n.explanation.nodes) {
    if (node.name == "features" || node.name == "target") EXPECT_EQ(node.group, "");
    else EXPECT_NE(node.group, "") << node.name;
  }
  EXPECT_EQ(at(n, n.layers[1].weight).group, n.layers[1].title);
  EXPECT_EQ(at(n, n.explanation.output).group, "Loss: half_squared_sum");
}

TEST(NetworkExplanation, RefusesARowThatIsNotThere) {
  const json::Value car = example("003-car-backward-nobias");
  const TrainedModel model = car_model(car.at("inputs"));
  for (std::int64_t row : {0, 5, -1}) {
    try {
      explain_network(model, car_rows(car.at("inputs"), {}), row);
      FAIL() << row;
    } catch (const UserError& error) {
      EXPECT_NE(std::string(error.what()).find("1 to 4, the rows of cars.csv"), std::string::npos) << error.what();
    }
  }
}

TEST(NetworkExplanation, ReadsElements) {
  const NetworkExplanation n = first_car();
  const Element element = parse_element("2:1,3", n);
  EXPECT_EQ(element.layer, 2);
  EXPECT_EQ(element.out, 1);
  EXPECT_EQ(element.in, 3);
  for (const char* text :
       {"", "2", "2:1", "2:1,", "2:1,3x", "a:1,1", "4:1,1", "2:3,1", "2:1,4", "0:1,1", "1:1,0", "1,1,1"}) {
    EXPECT_THROW(parse_element(text, n), UserError) << text;
  }
}

TEST(NetworkExplanation, SpellsOutAWeight) {
  const std::string text = element_text(first_car(), {1, 2, 3}, false, {});
  EXPECT_NE(text.find("x[3] * W[3,2] = 0.4 * 0.56 = 0.224   <- this weight"), std::string::npos) << text;
  EXPECT_NE(text.find("z[2] = their sum = 0.253"), std::string::npos) << text;
}

// The update term by term ends where the training step of the library ends.
TEST(NetworkExplanation, TakesTheOptimizersStep) {
  const json::Value car = example("003-car-backward-nobias");
  TrainedModel model = car_model(car.at("inputs"));
  const data::Dataset rows = car_rows(car.at("inputs"), numbers(car.at("inputs").at("y")));
  for (const optim::Optimizer& optimizer :
       {optim::gradient_descent(0.1),
        optim::sgd({.learning_rate = 0.1, .momentum = 0.9, .nesterov = true, .weight_decay = 0.01}),
        optim::adam({.learning_rate = 0.01, .beta1 = 0.8}), optim::adamw({.learning_rate = 0.02, .weight_decay = 0.1}),
        optim::parse_optimizer("nadam 0.02 weight_decay 0.1"),
        optim::parse_optimizer("rmsprop 0.02 centered momentum 0.5")}) {
    model.record.optimizer = kinds::print_all(optimizer);
    const OptimizerStep step = optimizer_step(explain_network(model, rows, 1), {2, 1, 3});
    const StepSlots slots;
    Graph graph = training_step(slots, model.network, model.loss, optimizer, {.rows = 1, .outputs = 1});
    std::vector<Binding> bindings;
    for (const gradus::Node& node : graph.nodes()) {
      if (node.op != &input_op) continue;
      const SlotId slot = slot_of(node);
      const Tensor* parameter = model.network.find(graph.slots()[slot].name);
      Tensor value(node.type);
      if (parameter) value = *parameter;
      else if (slot == slots.learning_rate) value = Tensor(optim::learning_rate(optimizer));
      else if (slot == slots.features) value = Tensor::from({1, 3}, {1.4, -1, 0.4});
      else if (slot == slots.target) value = Tensor::from({1, 1}, {0.45});
      bindings.push_back({graph.find_input(slot), value});
    }
    const Value next = graph.find_next(graph.slots().find("2.weight"));
    EXPECT_NEAR(step.next, interpret(std::vector<Value>{next}, bindings)[0].number(2), 1e-15) << model.record.optimizer;
  }
}

// An independent program recomputes every product and sum.
TEST(NetworkExplanation, PrintsNumbersThatFollowFromEachOther) {
  if (std::system("python3 --version > /dev/null 2>&1") != 0) GTEST_SKIP() << "no python3";
  const std::string path = testing::TempDir() + "car_network.json";
  std::ofstream(path) << json::write(to_json(first_car(), Element{1, 2, 3}, true));
  const std::string command = "python3 -B " GRADUS_TEST_DATA "/app/explain/recompute_network.py " + path;
  EXPECT_EQ(std::system(command.c_str()), 0);
}

}  // namespace
}  // namespace gradus::explain
