#include "gradus/learn/nn/net.hpp"

#include <gtest/gtest.h>

#include "gradus/learn/nn/model.hpp"

namespace gradus::nn {
namespace {

std::string refusal(const char* text) {
  try {
    parse_net(text);
  } catch (const UserError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(ParseNet, PrintsBackInOneForm) {
  const std::pair<const char*, const char*> cases[] = {
      {"", ""},
      {"  ", ""},
      {"128 relu", "128 relu"},
      {"128  relu,dropout 0.2 ,\t64 tanh", "128 relu, dropout 0.2, 64 tanh"},
      {"16 nobias leaky_relu 0.2, prelu, 8 elu 2", "16 nobias leaky_relu 0.2 prelu, 8 elu 2"},
      {"16 leaky_relu 0.01, 4, 4 gelu_tanh softmax", "16 leaky_relu, 4, 4 gelu_tanh softmax"},
      {"relu, flatten, 3", "relu, flatten, 3"},
      {"conv 6 5 pad 2 relu, maxpool 2, 4", "conv 6 5x5 pad 2 relu, maxpool 2, 4"},
      {"conv 6 5x3 relu leaky_relu 0.2", "conv 6 5x3 relu leaky_relu 0.2"},
      {"conv 6 3 nobias groups 2 dilation 1x2 pad 1x0 stride 2x2 tanh",
       "conv 6 3x3 stride 2 pad 1x0 dilation 1x2 groups 2 nobias tanh"},
      {"conv1d 6 5 stride 2, avgpool1d 3", "conv1d 6 5 stride 2, avgpool1d 3"},
      {"maxpool 3x2 stride 3x2 pad 0, avgpool 3 stride 2 pad 1", "maxpool 3x2, avgpool 3 stride 2 pad 1"},
      {"view 1x28x28, conv 2 3x3", "view 1x28x28, conv 2 3x3"},
  };
  for (const auto& [text, printed] : cases) {
    EXPECT_EQ(print_net(parse_net(text)), printed);
    EXPECT_EQ(print_net(parse_net(printed)), printed);
  }
}

TEST(ParseNet, ReadsEveryActivation) {
  for (std::string word : {"relu", "leaky_relu", "prelu", "elu", "selu", "gelu", "gelu_tanh", "silu", "softplus",
                           "sigmoid", "tanh", "step", "softmax"}) {
    EXPECT_EQ(print_net(parse_net("4 " + word)), "4 " + word);
  }
}

TEST(ParseNet, RefusesWithPlaceAndRemedy) {
  EXPECT_EQ(refusal("128 relu, 64 rleu").substr(0, 32), "net:1:14: found \"rleu\"; expected");
  EXPECT_NE(refusal("128 relu, 64 rleu").find("try: relu"), std::string::npos);
  EXPECT_NE(refusal("dropuot 0.2").find("try: dropout"), std::string::npos);
  EXPECT_NE(refusal("10 relu, max_pool 2").find("try: maxpool"), std::string::npos);
  EXPECT_NE(refusal("conv 6 5x5 padding 2").find("net:1:12: found \"padding\""), std::string::npos);
  EXPECT_NE(refusal("conv 6 0x5").find("kernel of conv, whole numbers from 1 to 1000000"), std::string::npos);
  EXPECT_NE(refusal("conv 6 5x5 stride 0").find("net:1:19: found \"0\"; expected stride of conv, whole numbers from 1"),
            std::string::npos);
  for (const char* text : {"0",
                           "-3",
                           "1.5",
                           "1e3",
                           "99999999999999",
                           "8 relu,",
                           ", 8",
                           "8,,8",
                           "8 8",
                           "dropout",
                           "dropout 1",
                           "dropout -0.1",
                           "dropout nan",
                           "dropout 0.2 0.3",
                           "8 dropout 0.5",
                           "8 relu 3",
                           "elu -1",
                           "leaky_relu 1",
                           "8 leaky_relu 1e999",
                           "nobias",
                           "conv",
                           "conv 6",
                           "conv 5x5 6",
                           "conv 6 5x5x5",
                           "conv 6 5x",
                           "conv 6 x5",
                           "conv 6 -5",
                           "conv 6 5 stride",
                           "conv 6 5 groups 0",
                           "conv 6 5 groups 2x2",
                           "conv 6 5 pad -1",
                           "conv 6 5 maxpool 2",
                           "conv 6 5 relu pad 2",
                           "conv1d 6 5x5",
                           "maxpool",
                           "maxpool 2 groups 2",
                           "maxpool 99999999999999999999",
                           "view",
                           "view 0",
                           "view 1x2x3x4x5x6x7x8",
                           "stride 2",
                           "8 relu nobias",
                           "\x1b[0m"}) {
    EXPECT_EQ(refusal(text).substr(0, 6), "net:1:") << text << ": " << refusal(text);
  }
}

TEST(WithOutput, AddsTheLastLayer) {
  EXPECT_EQ(print_net(with_output(parse_net("8 relu"), 3)), "8 relu, 3");
  EXPECT_EQ(print_net(with_output(parse_net(""), 1)), "1");
}

TEST(Net, KnowsWhatItsTextCannotSay) {
  EXPECT_TRUE(is_describable(parse_net("8 relu")));
  EXPECT_FALSE(is_describable(sequential({layer("gated", [](Scope&, Value x) { return x; })})));
  EXPECT_TRUE(is_describable(sequential({sequential({linear(3)})})));
  EXPECT_FALSE(is_describable(sequential({residual(layer("gated", [](Scope&, Value x) { return x; }))})));
  EXPECT_FALSE(is_describable(linear(3)));
}

TEST(Model, NamesAndShapesAreTorchs) {
  const Model model = make_model(parse_net("8 relu, dropout 0.5, 4 prelu, 3"), {5});
  std::vector<std::string> found;
  for (const Parameter& p : model.parameters) found.push_back(p.name + to_string(p.value.type()));
  EXPECT_EQ(found, (std::vector<std::string>{"0.weightf32[8,5]", "0.biasf32[8]", "3.weightf32[4,8]", "3.biasf32[4]",
                                             "4.weightf32[1]", "5.weightf32[3,4]", "5.biasf32[3]"}));
  EXPECT_EQ(model.parameter_count(), 8 * 5 + 8 + 4 * 8 + 4 + 1 + 3 * 4 + 3);
  EXPECT_EQ(output_count(model), 3);
}

TEST(Model, IsRefusedBeforeItsMemoryIsTaken) {
  try {
    make_model(parse_net("1000000000000"), {784});
    FAIL();
  } catch (const UserError& error) {
    EXPECT_EQ(error.fault(), Fault::budget);
    EXPECT_NE(std::string(error.what()).find("bytes"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace gradus::nn
