// Every loss with every kind of target and every last layer: fits, is made to fit, or is refused with what would fit.
#include "gradus/learn/train/agree.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "gradus/core/ops/operators.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/train/evaluate.hpp"
#include "gradus/learn/train/own_loop.hpp"
#include "gradus/learn/train/train.hpp"
#include "tests/learn/train/sample_data.hpp"
#include "tests/support/refusal.hpp"

namespace gradus {
namespace {

using test::expect_refusal;

/// Targets of one kind for 24 rows of 3 features; `classes` > 0: class numbers.
struct Kind {
  const char* name;
  std::int64_t outputs, classes;
  double (*number)(std::int64_t row, std::int64_t column);
};

constexpr Kind kinds[] = {
    {"numbers", 1, 0, [](std::int64_t r, std::int64_t) { return 0.5 * static_cast<double>(r % 7) - 1; }},
    {"two numbers", 2, 0, [](std::int64_t r, std::int64_t c) { return static_cast<double>(r % 5 + c); }},
    {"shares", 1, 0, [](std::int64_t r, std::int64_t) { return static_cast<double>(r % 5) / 4; }},
    {"rows of shares", 3, 0,
     [](std::int64_t r, std::int64_t c) { return static_cast<double>((r + c) % 3 + 1) / 6; }},  // 1/6 + 2/6 + 3/6
    {"two classes, one output", 1, 2, [](std::int64_t r, std::int64_t) { return static_cast<double>(r % 2); }},
    {"two classes", 2, 2, [](std::int64_t r, std::int64_t) { return static_cast<double>(r % 2); }},
    {"three classes", 3, 3, [](std::int64_t r, std::int64_t) { return static_cast<double>(r % 3); }},
};

data::Dataset rows_of(const Kind& kind) {
  data::Dataset out;
  out.source = kind.name;
  out.features = sines({24, 3}, 0.7, 1, DType::f64);
  out.has_targets = true;
  out.task = kind.classes ? data::Task::classification : data::Task::regression;
  for (std::int64_t c = 0; c < kind.classes; ++c) out.class_names.push_back(std::to_string(c));
  out.targets = kind.classes ? Tensor(DType::i64, {24}) : Tensor(DType::f64, {24, kind.outputs});
  const std::int64_t columns = kind.classes ? 1 : kind.outputs;
  for (std::int64_t i = 0; i < out.targets.count(); ++i) out.targets.set(i, kind.number(i / columns, i % columns));
  return out;
}

nn::Layer net_of(const std::string& last, std::int64_t outputs) {
  std::vector<nn::Layer> layers{nn::linear(4), nn::parse_net("tanh").nets[0], nn::linear(outputs)};
  if (last == "own") layers.push_back(nn::layer("own", [](nn::Scope&, Value x) { return 0.5 * tanh(x) + 0.5; }));
  else if (!last.empty()) layers.push_back(nn::parse_net(last).nets[0]);
  return nn::sequential(layers);
}

// What becomes of a loss (rows) that meets the targets above (columns): "" it fits as it is, "+sigmoid" that layer is
// added, else the loss that the refusal names.
constexpr const char* linear_net[][8] = {
    // loss, then: numbers, two numbers, shares, rows of shares, two classes with one output, two classes, three classes
    {"mse", "", "", "", "", "+sigmoid", "+softmax", "+softmax"},
    {"half_squared", "", "", "", "", "+sigmoid", "+softmax", "+softmax"},
    {"half_squared_sum", "", "", "", "", "+sigmoid", "+softmax", "+softmax"},
    {"mae", "", "", "", "", "+sigmoid", "+softmax", "+softmax"},
    {"huber 0.5", "", "", "", "", "+sigmoid", "+softmax", "+softmax"},
    {"binary_cross_entropy", "mse", "mse", "+sigmoid", "+sigmoid", "+sigmoid", "+sigmoid", "+sigmoid"},
    {"binary_cross_entropy_with_logits", "mse", "mse", "", "", "", "", ""},
    {"cross_entropy", "mse", "mse", "mse", "", "binary_cross_entropy_with_logits", "", ""},
};
constexpr const char* sigmoid_net[][8] = {
    {"mse", "", "", "", "", "", "", ""},
    {"half_squared", "", "", "", "", "", "", ""},
    {"half_squared_sum", "", "", "", "", "", "", ""},
    {"mae", "", "", "", "", "", "", ""},
    {"huber 0.5", "", "", "", "", "", "", ""},
    {"binary_cross_entropy", "mse", "mse", "", "", "", "", ""},
    {"binary_cross_entropy_with_logits", "mse", "mse", "binary_cross_entropy", "binary_cross_entropy",
     "binary_cross_entropy", "binary_cross_entropy", "binary_cross_entropy"},
    {"cross_entropy", "mse", "mse", "mse", "binary_cross_entropy", "binary_cross_entropy", "binary_cross_entropy",
     "binary_cross_entropy"},
};
constexpr const char* constant = "sigmoid in its place";  // softmax of one output is always 1
constexpr const char* softmax_net[][8] = {
    {"mse", constant, "", constant, "", constant, "", ""},
    {"half_squared", constant, "", constant, "", constant, "", ""},
    {"half_squared_sum", constant, "", constant, "", constant, "", ""},
    {"mae", constant, "", constant, "", constant, "", ""},
    {"huber 0.5", constant, "", constant, "", constant, "", ""},
    {"binary_cross_entropy", "mse", "mse", constant, "", constant, "", ""},
    {"binary_cross_entropy_with_logits", "mse", "mse", constant, "binary_cross_entropy", constant,
     "binary_cross_entropy", "binary_cross_entropy"},
    {"cross_entropy", "mse", "mse", "mse", "binary_cross_entropy", "binary_cross_entropy", "binary_cross_entropy",
     "binary_cross_entropy"},
};

struct Table {
  const char* last;
  const char* const (*rows)[8];
};
// What a layer of one's own gives is not known, so it fits where anything of its loss does; here it gives
// probabilities.
constexpr Table tables[] = {{"", linear_net}, {"relu", linear_net}, {"sigmoid", sigmoid_net}, {"softmax", softmax_net}};

/// The note on a layer that was added, as far as the loss's name.
std::string added_layer(const Run& run) {
  for (const std::string& note : run.notes) {
    const std::size_t at = note.find(" was added as the last layer, since " + run.model.loss.name());
    if (at != std::string::npos) return note.substr(0, at + 36 + run.model.loss.name().size());
  }
  return "";
}

struct Agree : testing::Test {
  Engine engine{{.threads = 1}};

  gradus::Run run(const Kind& kind, const std::string& last, const std::string& loss, std::int64_t epochs = 2) {
    TrainOptions options{.batch = 8, .epochs = epochs, .validation = 0, .dtype = DType::f64};
    options.loss = loss::parse_loss(loss);
    return train(engine, net_of(last, kind.outputs), rows_of(kind), options);
  }

  void expect_fit(const Kind& kind, const std::string& last, const std::string& loss, const std::string& added) {
    const gradus::Run trained = run(kind, last, loss);
    std::string net = "4 tanh, " + std::to_string(kind.outputs);
    for (const std::string& layer : {last, added}) net += (layer.empty() ? "" : " ") + layer;
    EXPECT_EQ(nn::print_net(trained.model.network.net), net);
    EXPECT_EQ(added_layer(trained), added.empty() ? "" : added + " was added as the last layer, since " + loss);
    const data::Dataset rows = rows_of(kind);
    EXPECT_TRUE(std::isfinite(trained.history.back().loss));
    EXPECT_GT(trained.history.back().loss, 0) << "nothing was compared";
    if (kind.classes == 0) return;
    for (const double p : predict(engine, trained.model, rows).numbers()) EXPECT_TRUE(p >= 0 && p <= 1) << p;
  }
};

TEST_F(Agree, EveryLossWithEveryTargetAndEveryLastLayer) {
  std::size_t cells = 0;
  for (const Table& table : tables) {
    for (std::size_t row = 0; row < 8; ++row) {
      for (std::size_t i = 0; i < 7; ++i) {
        const std::string loss = table.rows[row][0], becomes = table.rows[row][i + 1], last = table.last;
        const Kind& kind = kinds[i];
        SCOPED_TRACE(loss + ", " + kind.name + ", " + (last.empty() ? "linear" : last));
        ++cells;
        if (becomes.empty() || becomes[0] == '+') {
          expect_fit(kind, last, loss, becomes.empty() ? "" : becomes.substr(1));
          continue;
        }
        expect_refusal(
            Fault::usage, [&] { run(kind, last, loss); }, "; try: " + becomes);
        // What is tried works.
        if (becomes == constant) run(kind, "sigmoid", "mse");
        else if (last != "softmax" || kind.outputs > 1) expect_fit(kind, last, becomes, "");
      }
    }
  }
  EXPECT_EQ(cells, 4U * 8 * 7);
  EXPECT_EQ(std::size(linear_net), loss::all_losses().size());
}

TEST_F(Agree, WithoutALossTakesTheOneThatFits) {
  const std::pair<const char*, std::vector<const char*>> expected[] = {
      {"", {"mse", "mse", "mse", "mse", "binary_cross_entropy_with_logits", "cross_entropy", "cross_entropy"}},
      {"sigmoid", {"mse", "mse", "mse", "mse", "binary_cross_entropy", "binary_cross_entropy", "binary_cross_entropy"}},
      {"own", {"mse", "mse", "mse", "mse", "binary_cross_entropy_with_logits", "cross_entropy", "cross_entropy"}},
  };
  for (const auto& [last, losses] : expected) {
    for (std::size_t i = 0; i < 7; ++i) {
      const auto trained = train(engine, net_of(last, kinds[i].outputs), rows_of(kinds[i]), {.epochs = 1});
      EXPECT_EQ(trained.model.loss.name(), losses[i]) << kinds[i].name << ' ' << last;
      EXPECT_EQ(nn::print_net(trained.model.network.net), nn::print_net(net_of(last, kinds[i].outputs)));
    }
  }
}

// Whoever writes the last layer knows what it gives: nothing is added to it.
TEST_F(Agree, LeavesLayersOfOnesOwnAsTheyAre) {
  for (const char* loss : {"binary_cross_entropy", "mse", "cross_entropy", "binary_cross_entropy_with_logits"}) {
    for (const std::size_t kind : {5U, 6U}) {
      const auto trained = run(kinds[kind], "own", loss);
      EXPECT_EQ(nn::print_net(trained.model.network.net), nn::print_net(net_of("own", kinds[kind].outputs)));
    }
  }
}

TEST_F(Agree, LooksThroughLayersThatLeaveNumbersAsTheyAre) {
  const nn::Layer nested =
      nn::sequential({nn::linear(4), nn::sequential({nn::linear(3), nn::softmax()}), nn::dropout(0.1), nn::flatten()});
  TrainOptions options{.epochs = 1};
  options.loss = loss::cross_entropy;
  expect_refusal(
      Fault::usage, [&] { train(engine, nested, rows_of(kinds[6]), options); }, "ends with softmax");
  options.loss = loss::binary_cross_entropy;
  EXPECT_EQ(added_layer(train(engine, nested, rows_of(kinds[6]), options)), "");
}

TEST_F(Agree, AddsToALoneLayerWithoutNewNames) {
  TrainOptions options{.epochs = 1};
  options.loss = loss::binary_cross_entropy;
  const auto trained = train(engine, nn::linear(1), rows_of(kinds[4]), options);
  EXPECT_EQ(trained.model.network.parameters[0].name, "weight");
  EXPECT_EQ(nn::print_net(trained.model.network.net), "1, sigmoid");
  for (const double p : predict(engine, trained.model, rows_of(kinds[4])).numbers()) EXPECT_TRUE(p > 0 && p < 1);
}

// Logistic regression is one and the same, whichever of its parts is named: the sigmoid that is added must be it.
TEST_F(Agree, TheAddedSigmoidIsTheOneOfTheLogits) {
  const auto added = run(kinds[4], "", "binary_cross_entropy", 60);
  const auto logits = run(kinds[4], "", "binary_cross_entropy_with_logits", 60);
  const Tensor p = predict(engine, added.model, rows_of(kinds[4])),
               q = predict(engine, logits.model, rows_of(kinds[4]));
  for (std::int64_t i = 0; i < p.count(); ++i) EXPECT_NEAR(p.number(i), q.number(i), 1e-9);
}

TEST_F(Agree, OfACompiledStep) {
  const auto step = [&](const std::string& last, std::int64_t outputs, const char* loss) {
    return compile_step(engine, nn::make_model(net_of(last, outputs), {3}), loss::parse_loss(loss), optim::sgd({}));
  };
  EXPECT_TRUE(step("", 2, "mse").notes().empty()) << "numbers are compared with numbers";
  auto binary = step("", 1, "binary_cross_entropy");
  ASSERT_EQ(binary.notes().size(), 1U);
  const float x[] = {100, -200, 300};
  for (const double target : {0.0, 0.25, 1.0}) {
    const auto t = static_cast<float>(target);
    EXPECT_TRUE(std::isfinite(binary(std::span<const float>(x), std::span(&t, 1))));
    const double p = binary.predict(std::span<const float>(x))[0];
    EXPECT_TRUE(p >= 0 && p <= 1) << p;
  }
  const float outside[] = {-3};
  expect_refusal(
      Fault::usage, [&] { binary(std::span<const float>(x), outside); }, "target, number 1", "found -3", "try: mse");
  EXPECT_EQ(nn::print_net(binary.model().net), "4 tanh, 1 sigmoid");
  expect_refusal(
      Fault::usage, [&] { step("sigmoid", 1, "binary_cross_entropy_with_logits"); }, "ends with sigmoid",
      "try: binary_cross_entropy");
  expect_refusal(
      Fault::usage, [&] { step("softmax", 3, "cross_entropy"); }, "ends with softmax", "try: binary_cross_entropy");
  expect_refusal(
      Fault::usage, [&] { step("", 1, "cross_entropy"); }, "a net with 1 output",
      "try: binary_cross_entropy_with_logits");
  expect_refusal(
      Fault::usage, [&] { step("softmax", 1, "mse"); }, "always 1", "try: sigmoid");
}

}  // namespace
}  // namespace gradus
