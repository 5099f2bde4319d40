#include "gradus/app/explain/network_loss.hpp"

#include <gtest/gtest.h>

#include "gradus/app/explain/check_text.hpp"
#include "gradus/core/ops/all.hpp"
#include "gradus/core/ops/operators.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/core/ops/reduce.hpp"
#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/train/train.hpp"

namespace gradus::explain {
namespace {

constexpr std::int64_t all_rows[] = {0, 1, 2, 3, 4, 5};

data::Dataset table() {
  data::Dataset rows;
  rows.source = "table.csv";
  rows.features =
      Tensor::from({6, 2}, {1.4, -1, -0.8, 0.4, 0.3, 0.9, -1.2, -0.7, 0.6, -0.2, 0.1, 1.1}).cast(DType::f32);
  rows.targets = Tensor::from({6, 1}, {0.5, -0.3, 0.4, -0.9, 0.2, 0.6}).cast(DType::f32);
  rows.has_targets = true;
  return rows;
}

TrainedModel trained(nn::Layer net) {
  Engine engine({.threads = 1});
  return train(engine, std::move(net), table(), {.batch = 3, .epochs = 20, .seed = 3}).model;
}

GradientCheck check(const TrainedModel& model, std::optional<bool> second = {}) {
  const NetworkLoss net = network_loss(model, table(), all_rows);
  return gradient_check(net.loss, net.parameters, net.bindings, {.second = second});
}

TEST(NetworkLoss, EveryParameterOfATrainedModelPasses) {
  for (const char* net : {"5 tanh, 4 sigmoid", "7 relu, dropout 0.5, 5 relu"}) {
    const GradientCheck found = check(trained(nn::with_output(nn::parse_net(net), 1)));
    EXPECT_TRUE(found.passed()) << check_text(found);
    ASSERT_EQ(found.parts.size(), 8U);  // three layers, directions, second order
    EXPECT_EQ(found.parts[0].name, "0.weight");
    for (const GradientCheckPart& part : found.parts) {
      const bool parameter = part.worst.element >= 0;
      EXPECT_EQ(part.checked, parameter ? part.elements : 3) << part.name;
    }
  }
}

TEST(NetworkLoss, SecondOrderIsLeftOutOnRequest) {
  const GradientCheck found = check(trained(nn::with_output(nn::parse_net("3 tanh"), 1)), false);
  EXPECT_EQ(found.parts.back().name, "directions");
}

// The pre-activation of unit 1 in row 1 is x - x: it stands at the kink of ReLU: no fault of the derivative.
TEST(NetworkLoss, AKinkIsToldAndPasses) {
  TrainedModel model = trained(nn::with_output(nn::parse_net("3 relu"), 1));
  Tensor& weight = *model.network.find("0.weight");
  weight.set(0, 1), weight.set(1, 0);
  model.network.find("0.bias")->set(0, -table().features.number(0));
  const GradientCheck found = check(model, false);
  EXPECT_TRUE(found.passed()) << check_text(found);
  EXPECT_GT(found.parts[1].kinks, 0) << check_text(found);
  EXPECT_NE(check_text(found).find(" at a kink: "), std::string::npos);
}

// All pre-activations are at the kink of ReLU, in every row: no second derivative exists, and none is called wrong.
TEST(NetworkLoss, ANetOfZeroWeightsCannotBeToldAndIsNotWrong) {
  for (const char* net : {"3 relu", "4 relu, 3 relu", "5 leaky_relu 0.1, 2 relu"}) {
    TrainedModel model = trained(nn::with_output(nn::parse_net(net), 1));
    for (nn::Parameter& parameter : model.network.parameters) parameter.value = Tensor(parameter.value.type());
    const GradientCheck found = check(model, true);
    EXPECT_NE(found.verdict(), GradientComparison::Verdict::wrong) << net << "\n" << check_text(found);
    EXPECT_EQ(found.parts.back().name, "beside, second") << net << "\n" << check_text(found);
  }
}

TEST(CheckText, SaysWhyItCannotTell) {
  Graph g;
  const Value x = g.input("x", Type{DType::f64, {2}});
  const std::vector<Binding> bindings{{x, Tensor::from({2}, {3.5, 0})}};
  const GradientCheck found = gradient_check(sum(floor(x) + sqrt(x + 1.0)), std::vector{x}, bindings);
  const std::string text = check_text(found);
  EXPECT_NE(text.find("?      x "), std::string::npos) << text;
  EXPECT_NE(text.find("x (2): cannot tell, because floor(x) jumps here."), std::string::npos) << text;
  EXPECT_EQ(text.find("agree"), std::string::npos) << text;
  const json::Value document(check_json({}, found));
  EXPECT_EQ(document.at("verdict").text(), "cannot_tell");
  EXPECT_FALSE(document.at("passed").truth());
  const json::Value& part = document.at("parts").array()[0];
  EXPECT_EQ(part.at("cannot_tell").number(), 1);
  EXPECT_EQ(part.at("worst").at("because").text(), "floor(x) jumps here");
}

/// A derivative that is `factor` times the right one.
const Op* right = nullptr;
double factor = 1;
Values wrong_derive(Value y, Value dy) {
  Values parts = right->derive(y, dy);
  parts[0] = parts[0] * factor;
  return parts;
}

TEST(NetworkLoss, AWrongDerivativeIsFound) {
  right = &find_op("tanh");
  static Op copy = *right;
  copy.derive = wrong_derive;
  const nn::Layer squash =
      nn::layer("squash", [](nn::Scope& scope, Value x) { return scope.graph().append(copy, {x}); });
  const TrainedModel model = trained(nn::sequential({nn::linear(4), squash, nn::linear(1)}));
  for (const double wrong : {1.0, 1.001, 0.5, -1.0}) {
    factor = wrong;
    const GradientCheck found = check(model, false);
    EXPECT_EQ(found.passed(), wrong == 1.0) << wrong;
    EXPECT_EQ(found.parts[0].wrong > 0, wrong != 1.0) << "the layer before it: " << check_text(found);
    EXPECT_EQ(found.parts[2].wrong, 0) << "the layer after it: " << check_text(found);
    EXPECT_EQ(check_text(found).find("WRONG") == std::string::npos, wrong == 1.0);
  }
}

TEST(NetworkLoss, PlacesCountFromOneInTextAndDocument) {
  GradientComparison wrong{GradientComparison::Verdict::wrong, "0.weight[6]", 1, 2};
  wrong.element = 6;
  GradientCheckPart part{"0.weight", 12, 5, 0, 0, 1, wrong, {3, 4}};
  const GradientCheck found{{part}};
  EXPECT_NE(check_text(found).find(" 5/12 (2,3) "), std::string::npos) << check_text(found);
  const json::Value document(check_json({}, found));
  EXPECT_FALSE(document.at("passed").truth());
  const json::Value& worst = document.at("parts").array()[0].at("worst");
  EXPECT_EQ(worst.at("place").text(), "0.weight(2,3)");
  EXPECT_EQ(worst.at("index").numbers(), (std::vector<double>{2, 3}));
  EXPECT_EQ(worst.at("absolute_error").number(), 1);
  EXPECT_EQ(worst.at("relative_error").number(), 0.5);
  EXPECT_EQ(worst.at("verdict").text(), "wrong");
}

}  // namespace
}  // namespace gradus::explain
