#include "gradus/learn/nn/spatial.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "gradus/core/grad/differentiate.hpp"
#include "gradus/core/ops/interpret.hpp"
#include "gradus/core/ops/operators.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/core/ops/reduce.hpp"
#include "gradus/learn/nn/activations.hpp"
#include "gradus/learn/nn/model.hpp"
#include "gradus/learn/nn/net.hpp"

namespace gradus::nn {
namespace {

struct Case {
  const char* net;
  Integers sample;
  std::vector<double> outputs, gradients;
};

const std::vector<Case> cases = {
#include "tests/learn/nn/torch_spatial.inl"
};

Tensor wave(const Shape& shape, double step) {
  Tensor out(DType::f64, shape);
  for (std::int64_t i = 0; i < out.count(); ++i) out.set(i, 0.4 * std::sin(step * static_cast<double>(i + 1)));
  return out;
}

TEST(Spatial, GivesWhatTorchGives) {
  for (const Case& of : cases) {
    SCOPED_TRACE(of.net);
    Model model = make_model(parse_net(of.net), Shape(of.sample), {.dtype = DType::f64});
    EXPECT_EQ(print_net(model.net), of.net);
    Graph graph;
    Scope scope(graph, Mode::training, model.dtype);
    Integers batch{2};
    batch.insert(batch.end(), of.sample.begin(), of.sample.end());
    const Value x = graph.input("features", Shape(batch), DType::f64);
    const Value y = forward(model, scope, x);
    std::vector<Binding> bindings{{x, wave(Shape(batch), 1)}};
    std::vector<Value> parameters;
    for (std::size_t k = 0; k < model.parameters.size(); ++k) {
      parameters.push_back(graph.find_input(model.parameters[k].name));
      bindings.push_back({parameters[k], wave(parameters[k].shape(), 1.1 + 0.1 * static_cast<double>(k))});
    }
    Values wanted{y};
    for (Value gradient : gradient(sum(y * y), parameters)) wanted.push_back(sum(abs(gradient)));
    const auto found = interpret(wanted, bindings);
    ASSERT_EQ(found[0].numbers().size(), of.outputs.size());
    for (std::size_t i = 0; i < of.outputs.size(); ++i) EXPECT_NEAR(found[0].numbers()[i], of.outputs[i], 1e-14);
    ASSERT_EQ(parameters.size(), of.gradients.size());
    for (std::size_t k = 0; k < parameters.size(); ++k) {
      EXPECT_NEAR(found[k + 1].number(), of.gradients[k], 1e-13) << model.parameters[k].name;
    }
  }
}

TEST(Spatial, NamesShapesAndFirstNumbersAreTorchs) {
  const Model model =
      make_model(parse_net("conv 6 5x5 pad 2 relu, maxpool 2, conv 16 5x5 groups 2 relu, 10"), {28, 28});
  std::vector<std::string> found;
  for (const Parameter& p : model.parameters) found.push_back(p.name + to_string(p.value.shape()));
  EXPECT_EQ(found, (std::vector<std::string>{"0.weight[6,1,5,5]", "0.bias[6]", "3.weight[16,3,5,5]", "3.bias[16]",
                                             "5.weight[10,1600]", "5.bias[10]"}));
  double largest = 0;  // uniform within 1 / sqrt(fan_in), where fan_in = 3 * 25
  for (double w : model.find("3.weight")->numbers()) largest = std::max(largest, std::fabs(w));
  EXPECT_LT(largest, 1 / std::sqrt(75.0));
  EXPECT_GT(largest, 0.98 / std::sqrt(75.0));
}

TEST(Spatial, SeesImagesWhereTheNetBeginsWithThem) {
  const Layer image = parse_net("conv 2 3x3, 4"), line = parse_net("maxpool1d 2, 4"), flat = parse_net("4 relu");
  EXPECT_EQ(input_of(image, {28, 20}), (Shape{1, 28, 20}));
  EXPECT_EQ(input_of(image, {784}), (Shape{1, 28, 28}));
  EXPECT_EQ(input_of(image, {3, 8, 8}), (Shape{3, 8, 8}));
  EXPECT_EQ(input_of(image, {783}), (Shape{783}));
  EXPECT_EQ(input_of(line, {783}), (Shape{1, 783}));
  EXPECT_EQ(input_of(flat, {28, 28}), (Shape{28, 28}));
  EXPECT_EQ(make_model(image, {784}).input, (Shape{1, 28, 28}));
  // What takes numbers one by one does not hide the convolution behind it; what needs rows does.
  EXPECT_EQ(input_of(parse_net("dropout 0.1, tanh, conv 2 3x3, 4"), {4, 9}), (Shape{1, 4, 9}));
  EXPECT_EQ(input_of(sequential({sequential({relu()}), sequential({max_pool({2}), linear(4)})}), {4, 9}),
            (Shape{1, 4, 9}));
  EXPECT_EQ(axes_taken(parse_net("8 relu, view 1x2x4, conv 2 2x2")), 0);
  EXPECT_EQ(axes_taken(parse_net("view 1x2x4, conv 2 2x2")), 0);
  EXPECT_EQ(axes_taken(parse_net("relu, conv1d 3 2")), 1);
  EXPECT_EQ(axes_taken(sequential({})), 0);
}

std::string refusal(const char* net, const Shape& sample) {
  try {
    make_model(parse_net(net), sample);
  } catch (const UserError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Spatial, SaysWhereANetDoesNotFit) {
  const std::pair<const char*, const char*> wrong[] = {
      {"conv 2 9x9, 3", "layer 0 (conv 2 9x9): conv: found a kernel of [9,9] over f32[1,1,8,8] with padding [0,0]"},
      {"conv 4 3x3, conv 4 3x3 groups 3, 3", "layer 1 (conv 4 3x3 groups 3): conv: found 3 groups for 4 channels in"},
      {"conv 4 3x3, conv 6 3x3 groups 4, 3", "found 4 groups for 4 channels in and 6 out; expected a number"},
      {"maxpool 2 pad 2, 3", "max_pool: found padding 2 of a window of 2; expected at most half the window"},
      {"maxpool 2, maxpool 2, maxpool 3, 3",
       "layer 2 (maxpool 3): max_pool: found a kernel of [3,3] over f32[1,1,2,2]"},
      {"conv 2 3x3, flatten, conv 2 3x3, 3", "layer 2 (conv 2 3x3): conv: found f32[1,72]; expected [rows, channels, "},
      {"16 relu, maxpool 2, 3",
       "layer 2 (maxpool 2): maxpool: found f32[1,16]; expected [rows, channels, height, width]"},
      {"conv 2 3x3, conv1d 2 3, 3", "conv1d: found f32[1,2,6,6]; expected [rows, channels, length]"},
      {"view 3x5, 3", "layer 0 (view 3x5): reshape: found"},
      {"conv 2 3x3", "flatten() as the last layer"},
  };
  for (const auto& [net, message] : wrong) {
    EXPECT_NE(refusal(net, {8, 8}).find(message), std::string::npos) << net << ": " << refusal(net, {8, 8});
  }
  EXPECT_NE(refusal("conv 2 3x3, 3", {63}).find("try: it before flatten and layers of a width, or a view first"),
            std::string::npos);
}

TEST(Spatial, RefusesOptionsThatMeanNothing) {
  EXPECT_THROW(conv(0, {3}), UserError);
  EXPECT_THROW(conv(2, {0}), UserError);
  EXPECT_THROW(conv(2, {3, 3, 3}), UserError);
  EXPECT_THROW(conv(2, {3}, {.stride = {0}}), UserError);
  EXPECT_THROW(conv(2, {3}, {.padding = {-1}}), UserError);
  EXPECT_THROW(conv(2, {3}, {.dilation = {0}}), UserError);
  EXPECT_THROW(conv(2, {3}, {.groups = 0}), UserError);
  EXPECT_THROW(max_pool({2}, {.stride = {0}}), UserError);
  EXPECT_THROW(view({3, 0}), UserError);
  EXPECT_EQ(print_net(conv(2, {3}, {.stride = {1, 2}, .padding = {1}, .bias = false})),
            "conv 2 3x3 stride 1x2 pad 1 nobias");
  EXPECT_EQ(print_net(avg_pool1d({4}, {.stride = {2}})), "avgpool1d 4 stride 2");
}

}  // namespace
}  // namespace gradus::nn
