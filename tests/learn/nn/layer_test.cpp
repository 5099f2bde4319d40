#include "gradus/learn/nn/layer.hpp"

#include <gtest/gtest.h>

#include "gradus/core/ops/interpret.hpp"
#include "gradus/core/ops/matmul.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/learn/nn/activations.hpp"
#include "gradus/learn/nn/model.hpp"

namespace gradus::nn {
namespace {

/// The output of `model` for `x`.
Tensor run(const Model& model, const Tensor& x, Mode mode = Mode::inference, std::int64_t step = 0) {
  Graph graph;
  Scope scope(graph, mode, model.dtype);
  const Value in = graph.input("features", x.type());
  const Value y = forward(model, scope, in);
  std::vector<Binding> bindings{{in, x}};
  for (const Parameter& p : model.parameters) bindings.push_back({graph.find_input(p.name), p.value});
  if (const Value key = graph.find_input("key")) {
    bindings.push_back({key, Tensor::from({2}, {5, static_cast<double>(step)}, DType::i64)});
  }
  return interpret(std::vector{y}, bindings)[0];
}

Model model_of(Layer net, const Shape& input) { return make_model(std::move(net), input, {.dtype = DType::f64}); }

TEST(Linear, IsXTimesWTransposedPlusB) {
  Model model = model_of(linear(2), {3});
  *model.find("weight") = Tensor::from({2, 3}, {1, 2, 3, 4, 5, 6});
  *model.find("bias") = Tensor::from({2}, {0.5, -0.5});
  EXPECT_EQ(run(model, Tensor::from({2, 3}, {1, 0, -1, 2, 2, 2})).numbers(),
            (std::vector<double>{-1.5, -2.5, 12.5, 29.5}));
}

TEST(Linear, FlattensItsInput) {
  const Model model = model_of(linear(2, {.bias = false}), {2, 3});
  EXPECT_EQ(to_string(model.parameters[0].value.shape()), "[2,6]");
  EXPECT_EQ(to_string(run(model, Tensor(DType::f64, {5, 2, 3})).shape()), "[5,2]");
}

TEST(Linear, BeginsWithoutBias) {
  EXPECT_EQ(model_of(linear(3), {2}).find("bias")->numbers(), (std::vector<double>{0, 0, 0}));
  EXPECT_THROW(linear(0), UserError);
}

TEST(Dropout, KeepsTheMeanInTrainingAndIsNothingInInference) {
  const Model model = model_of(dropout(0.25), {1000});
  const Tensor ones = Tensor::full({DType::f64, {10, 1000}}, 1);
  EXPECT_TRUE(same_bits(run(model, ones), ones));
  const Tensor out = run(model, ones, Mode::training);
  double sum = 0;
  for (double x : out.numbers()) {
    EXPECT_TRUE(x == 0 || x == 1 / 0.75) << x;
    sum += x;
  }
  EXPECT_NEAR(sum / 10000, 1, 0.03);  // 5 deviations of the mean
  EXPECT_TRUE(same_bits(out, run(model, ones, Mode::training)));
  EXPECT_FALSE(same_bits(out, run(model, ones, Mode::training, 1)));
  EXPECT_THROW(dropout(1), UserError);
}

TEST(Dropout, DrawsTheSameRowsWhateverTheBatchSize) {
  const Model model = model_of(sequential({dropout(0.5), dropout(0.5)}), {8});
  const auto whole = run(model, Tensor::full({DType::f64, {6, 8}}, 1), Mode::training).numbers();
  auto part = run(model, Tensor::full({DType::f64, {4, 8}}, 1), Mode::training).numbers();
  EXPECT_EQ(std::vector<double>(whole.begin(), whole.begin() + 32), part);
}

TEST(Prelu, LearnsItsSlope) {
  const Model model = model_of(prelu(), {2});
  EXPECT_EQ(model.parameters[0].value.numbers(), std::vector<double>{0.25});
  EXPECT_EQ(run(model, Tensor::from({1, 2}, {-4, 3})).numbers(), (std::vector<double>{-1, 3}));
}

TEST(Sequential, LabelsItsLayersForExplain) {
  const Model model = model_of(sequential({linear(2), relu()}), {3});
  Graph graph;
  Scope scope(graph, Mode::inference, DType::f64);
  const Value y = forward(model, scope, graph.input("features", {4, 3}, DType::f64));
  EXPECT_EQ(y.node().label, "1.relu");
  EXPECT_EQ(y.input(0).node().label, "0.preactivation");
}

TEST(Layer, OfOnesOwnHasItsParametersNamed) {
  const Layer gated = layer("gated", [](Scope& scope, Value x) {
    const Value w = scope.parameter("weight", {x.columns(), x.columns()}, init::xavier_uniform());
    return gradus::sigmoid(matmul(x, w)) * x;
  });
  const Model model = model_of(sequential({linear(4), gated}), {3});
  EXPECT_TRUE(model.find("1.weight"));
  EXPECT_EQ(run(model, Tensor(DType::f64, {2, 3})).numbers(), std::vector<double>(8, 0.0));
}

TEST(Scope, TiesAParameterThatIsAskedForTwice) {
  const Layer twice = layer("twice", [](Scope& scope, Value x) {
    for (int i = 0; i < 2; ++i) x = matmul(x, scope.parameter("weight", {3, 3}, init::xavier_uniform()));
    return x;
  });
  EXPECT_EQ(model_of(twice, {3}).parameters.size(), 1u);
}

TEST(Model, NamesTheLayerThatDoesNotFit) {
  const Layer wants_three = layer("wants_three", [](Scope& scope, Value x) {
    return matmul(x, scope.parameter("weight", {3, 3}, init::zeros()));
  });
  try {
    model_of(sequential({linear(4), wants_three}), {2});
    FAIL();
  } catch (const UserError& error) {
    EXPECT_TRUE(std::string_view(error.what()).starts_with("layer 1 (wants_three): matmul")) << error.what();
  }
}

}  // namespace
}  // namespace gradus::nn
