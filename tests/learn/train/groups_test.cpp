// Groups of parameters, clipped gradients, averaged weights.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "gradus/learn/nn/activations.hpp"
#include "gradus/learn/train/saved_model.hpp"
#include "gradus/learn/train/train.hpp"
#include "tests/learn/train/sample_data.hpp"
#include "tests/support/refusal.hpp"

namespace gradus {
namespace {

#include "tests/learn/train/torch_groups.inl"

struct Groups : testing::Test {
  Engine engine{{.threads = 2}};

  static data::Dataset rows() {
    data::Dataset out;
    out.source = "sines";
    out.features = sines({8, 3}, 0.37, 1, DType::f64);
    out.has_targets = true;
    out.targets = sines({8, 2}, 0.53, 2, DType::f64);
    return out;
  }
  /// Linear(3, 4), tanh, Linear(4, 2) with the weights of torch_groups.py.
  static nn::Model model() {
    nn::Model out =
        nn::make_model(nn::sequential({nn::linear(4), nn::tanh(), nn::linear(2)}), {3}, {.dtype = DType::f64});
    double frequency = 0;
    for (nn::Parameter& p : out.parameters) p.value = sines(p.value.shape(), ++frequency, 0.5, DType::f64);
    return out;
  }
  static TrainOptions options(const char* optimizer, const char* groups) {
    TrainOptions out{.optimizer = optim::parse_optimizer(optimizer), .batch = 0, .epochs = 200, .validation = 0};
    if (*groups != 0) out.groups = optim::parse_groups(groups, out.optimizer);
    return out;
  }
  static std::vector<double> numbers(const nn::Model& of) {
    std::vector<double> out;
    for (const nn::Parameter& p : of.parameters) {
      for (const double x : p.value.numbers()) out.push_back(x);
    }
    return out;
  }
};

struct Case {
  const char *name, *optimizer, *groups;
  optim::Clipping clipping;
  double average;
  const std::vector<double>& weights;
};

TEST_F(Groups, ClippingAndAveragesArePyTorchs) {
  for (const Case& one :
       {Case{"decay", "adamw 0.01 weight_decay 0.1", "*.bias weight_decay 0", {}, 0, decay_weights},
        {"rate", "sgd 0.05 momentum 0.9", "0.* rate 0.001", {}, 0, rate_weights},
        {"frozen", "adam 0.01", "0.weight frozen", {}, 0, frozen_weights},
        {"clip_value", "sgd 0.1", "", {.value = 0.05}, 0, clip_value_weights},
        {"clip_norm", "adam 0.01", "", {.norm = 0.1}, 0, clip_norm_weights},
        {"clip_both", "sgd 0.1 momentum 0.5", "", {.value = 0.1, .norm = 0.15}, 0, clip_both_weights},
        {"average", "sgd 0.1", "", {}, 0.9, average_weights},
        {"all", "adamw 0.02 weight_decay 0.05", "*.bias weight_decay 0", {.norm = 0.2}, 0.99, all_weights}}) {
    SCOPED_TRACE(one.name);
    TrainOptions options = Groups::options(one.optimizer, one.groups);
    options.clipping = one.clipping, options.average = one.average;
    const gradus::Run run = train(engine, model(), rows(), options);
    const std::vector<double> found = numbers(run.model.network);
    ASSERT_EQ(found.size(), one.weights.size());
    for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], one.weights[i], 1e-10) << i;
  }
}

// Without a group that says something else, the bits are those of the optimizer alone.
TEST_F(Groups, ThatSayNothingChangeNothing) {
  const gradus::Run plain = train(engine, model(), rows(), options("adam 0.01", ""));
  EXPECT_EQ(numbers(plain.model.network),
            numbers(train(engine, model(), rows(), options("adam 0.01", "0.* rate 0.01")).model.network));
  TrainOptions loose = options("adam 0.01", "");
  loose.clipping = {.value = 1e9, .norm = 1e9};
  EXPECT_EQ(numbers(plain.model.network), numbers(train(engine, model(), rows(), loose).model.network));
}

TEST_F(Groups, MayHaveAnotherOptimizer) {
  TrainOptions mixed = options("adam 0.01", "");
  mixed.groups = {{"2.*", optim::sgd({.learning_rate = 0.05, .momentum = 0.9})}};
  mixed.steps = 3;
  const gradus::Run run = train(engine, model(), rows(), mixed);
  std::vector<std::string> kept;
  for (const nn::Parameter& one : run.optimizer_state) kept.push_back(one.name);
  EXPECT_EQ(kept, (std::vector<std::string>{"optim/0.weight/m", "optim/0.weight/v", "optim/0.bias/m", "optim/0.bias/v",
                                            "optim/2.weight/momentum", "optim/2.bias/momentum"}));
}

// A state in the midst, with frozen parameters and averages, goes on to the same bits; so do parts of a batch.
TEST_F(Groups, GoOnFromAState) {
  const data::Dataset data = sine_classes(200, 5, DType::f32);
  const nn::Layer net = nn::sequential({nn::linear(8), nn::tanh(), nn::dropout(0.2), nn::linear(3)});
  TrainOptions options{.optimizer = optim::adam(), .batch = 128, .epochs = 5, .validation = 0.1};
  options.groups = optim::parse_groups("3.* rate 0.01; 0.bias frozen", options.optimizer);
  options.clipping = {.norm = 0.5}, options.average = 0.8;
  for (const Parts parts : {Parts{}, Parts{64, true}}) {
    options.parts = parts;
    const gradus::Run whole = train(engine, net, data, options);
    Trainer before(engine, net, data, options);
    const Tensor bias = *before.model().network.find("0.bias");
    for (int i = 0; i < 5; ++i) before.step();
    const Evaluation seen = before.validate();
    const TrainerState state = before.state();
    Trainer after(engine, net, data, options);
    after.restore(state);
    EXPECT_EQ(describe(after.validate()), describe(seen));
    while (!after.stopped()) after.step();
    EXPECT_EQ(numbers(whole.model.network), numbers(after.run().model.network));
    EXPECT_TRUE(same_bits(*whole.model.network.find("0.bias"), bias));
    EXPECT_EQ(describe(*whole.history.back().validation), describe(after.validate()));
  }
}

TEST_F(Groups, AreKeptInTheModelFile) {
  TrainOptions said = options("adamw 0.01", "*.bias weight_decay 0; 0.weight frozen");
  said.clipping = {.value = 2, .norm = 0.5}, said.average = 0.5, said.epochs = 1;
  const std::string path = testing::TempDir() + "groups.gradus";
  io::save(train(engine, model(), rows(), said).model, path);
  const TrainingRecord record = io::load(path).record;
  EXPECT_EQ(record.groups, "*.bias weight_decay 0; 0.weight frozen");
  EXPECT_EQ(record.clipping.value, 2);
  EXPECT_EQ(record.clipping.norm, 0.5);
  EXPECT_EQ(record.average, 0.5);
}

TEST(GroupTexts, PrintAndParseTheSame) {
  const optim::Optimizer base = optim::adamw();
  for (const char* text :
       {"*.bias weight_decay 0", "0.* rate 0.5 beta1 0.25; 2.weight frozen", "* frozen; 1.* rate 0.001"}) {
    EXPECT_EQ(optim::print_groups(optim::parse_groups(text, base), base), text);
  }
  EXPECT_EQ(test::refusal([&] { optim::parse_groups("*.bias", base, "--groups"); }),
            "--groups: found *.bias alone; expected keys of adamw, or frozen; try: --groups \"*.bias frozen\"");
  EXPECT_NE(test::refusal([&] {
              optim::parse_groups("0.* momentum 3", base, "--groups");
            }).find("; try: --groups \"0.* rate 0.001\""),
            std::string::npos);
  EXPECT_NE(test::refusal([&] { optim::parse_groups("*.bias weight_decya 0", base); }).find("weight_decay"),
            std::string::npos);
  EXPECT_NE(test::refusal([&] { optim::parse_groups("a frozen;", base); }).find("without parameters"),
            std::string::npos);
  EXPECT_NE(test::refusal([&] { optim::parse_groups("a rate -1", base); }).find("found \"-1\""), std::string::npos);
}

TEST(GroupTexts, FitNames) {
  for (const auto& [pattern, name, fits] : {std::tuple{"*", "0.weight", true},
                                            {"*.bias", "0.bias", true},
                                            {"*.bias", "0.weight", false},
                                            {"0.*", "0.bias", true},
                                            {"0.*", "10.bias", false},
                                            {"*0*bias", "10.a.bias", true},
                                            {"0.bias", "0.bias", true},
                                            {"", "a", false},
                                            {"a*b*c", "abbcbc", true},
                                            {"a*b*c", "abbcb", false},
                                            {"**", "", true}}) {
    EXPECT_EQ(optim::fits(pattern, name), fits) << pattern << " " << name;
  }
}

TEST_F(Groups, ThatFitNothingAreRefused) {
  const auto refusal = [&](TrainOptions said) { return test::refusal([&] { train(engine, model(), rows(), said); }); };
  EXPECT_EQ(
      refusal(options("adam", "0.wieght frozen")),
      "groups: found 0.wieght, which fits no parameter; expected 0.weight, 0.bias, 2.weight, 2.bias; try: 0.weight");
  EXPECT_NE(refusal(options("adam", "* frozen")).find("one at least that is learnt"), std::string::npos);
  TrainOptions said = options("adam", "");
  said.average = 1;
  EXPECT_NE(refusal(said).find("average"), std::string::npos);
  said.average = 0, said.clipping.norm = -1;
  EXPECT_NE(refusal(said).find("clipping"), std::string::npos);
}

}  // namespace
}  // namespace gradus
