// Nets of several inputs and targets.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "gradus/learn/data/batches.hpp"
#include "gradus/learn/nn/activations.hpp"
#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/nn/spatial.hpp"
#include "gradus/learn/train/agree.hpp"
#include "gradus/learn/train/evaluate.hpp"
#include "gradus/learn/train/saved_model.hpp"
#include "gradus/learn/train/train.hpp"
#include "gradus/learn/train/trainer.hpp"
#include "tests/learn/train/sample_data.hpp"
#include "tests/support/refusal.hpp"

namespace gradus {
namespace {

#include "tests/learn/train/torch_several.inl"

constexpr const char* hidden =
    "input brand, embedding 5 3, flatten as codes, input features, 4 tanh, concat codes, 6 tanh as price, 5 tanh as "
    "fuel";

using test::refusal;

struct Several : testing::Test {
  Engine engine{{.threads = 2}};

  /// The rows of torch_several.py.
  static data::Dataset rows(std::int64_t count = 8, DType dtype = DType::f64) {
    data::Dataset out;
    out.source = "sines";
    out.features = sines({count, 3}, 0.37, 1, dtype);
    Tensor codes(DType::i64, {count, 2}), fuel(DType::i64, {count});
    for (std::int64_t r = 0; r < count; ++r) {
      for (std::int64_t c = 0; c < 2; ++c) codes.set(2 * r + c, static_cast<double>((3 * r + c) % 5));
      fuel.set(r, static_cast<double>(7 * r % 3));
    }
    out.inputs.push_back({"brand", codes});
    out.has_targets = true;
    out.several.push_back({"price", data::Task::regression, sines({count, 2}, 0.53, 2, DType::f64)});
    out.several.push_back({"fuel", data::Task::classification, fuel, {"diesel", "gas", "petrol"}});
    return out;
  }
  static nn::Layer net(const data::Dataset& data) { return nn::with_outputs(nn::parse_net(hidden), outputs_of(data)); }
  static TrainOptions options() {
    return {.targets = {{.target = "fuel", .weight = 0.5}},
            .optimizer = optim::adam({.learning_rate = 0.01}),
            .batch = 0,
            .epochs = 100,
            .validation = 0,
            .dtype = DType::f64};
  }
  /// With the first weights of torch_several.py.
  nn::Model model(const data::Dataset& data) {
    nn::Model out = decide(net(data), data, options(), engine).make_model();
    double frequency = 0;
    for (nn::Parameter& p : out.parameters) p.value = sines(p.value.shape(), ++frequency, 0.5, DType::f64);
    return out;
  }
  static void expect_near(std::span<const double> got, const std::vector<double>& wanted, double tolerance) {
    ASSERT_EQ(got.size(), wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) EXPECT_NEAR(got[i], wanted[i], tolerance) << i;
  }
};

std::vector<double> numbers_of(const nn::Model& model) {
  std::vector<double> out;
  for (const nn::Parameter& p : model.parameters) {
    for (const double x : p.value.numbers()) out.push_back(x);
  }
  return out;
}

TEST_F(Several, TheOutputLayersFollowFromTheTargets) {
  const data::Dataset data = rows();
  EXPECT_EQ(nn::print_net(net(data)), std::string(hidden) + ", parallel(from price, 2 | from fuel, 3)");
  const nn::Output one[] = {{"price", 1}};
  EXPECT_EQ(nn::print_net(nn::with_outputs(nn::parse_net("4 tanh"), one)), "4 tanh, 1");
  const nn::Output two[] = {{"fuel type", 1}, {"count", 4}, {"y", 2}};
  EXPECT_EQ(nn::print_net(nn::with_outputs(nn::parse_net("4 as fuel_type, 5 as out_count, 6"), two)),
            "4 as fuel_type, 5 as out_count, 6, parallel(from fuel_type, 1 | from out_count, 4 | 2)");
}

TEST_F(Several, HundredStepsOfAdamArePyTorchs) {
  const data::Dataset data = rows();
  TrainOptions asked = options();
  std::vector<double> seen;
  asked.observers.push_back({.on_step = [&](const StepReport& step) { seen.push_back(step.loss); }});
  const auto run = train(engine, model(data), data, asked);
  EXPECT_EQ(run.model.loss.name(), "mse of price + 0.5 cross_entropy of fuel");
  expect_near(seen, losses, 1e-10);
  expect_near(numbers_of(run.model.network), weights, 1e-10);
  expect_near(predict(engine, run.model, data).numbers(), predictions, 1e-10);
}

TEST_F(Several, TheSameBitsOnAnyNumberOfThreadsAndInParts) {
  const data::Dataset data = rows(300, DType::f32);
  TrainOptions asked = options();
  asked.dtype = DType::f32, asked.batch = 128, asked.epochs = 3, asked.validation = 0.1;
  Engine one{{.threads = 1}};
  EXPECT_EQ(numbers_of(train(engine, net(data), data, asked).model.network),
            numbers_of(train(one, net(data), data, asked).model.network));
  const nn::Layer plain = nn::with_outputs(nn::parse_net("6 tanh as price, 4 relu"), outputs_of(data));
  const auto whole = train(engine, plain, data, asked);
  asked.parts = {.rows = 64};
  EXPECT_EQ(numbers_of(whole.model.network), numbers_of(train(one, plain, data, asked).model.network));
}

TEST_F(Several, MetricsOfEachTargetHaveItsName) {
  const data::Dataset data = rows(60);
  TrainOptions asked = options();
  asked.epochs = 2, asked.validation = 0.2;
  const auto run = train(engine, net(data), data, asked);
  const Evaluation& last = *run.history.back().validation;
  EXPECT_NO_THROW(last.at("price/r2"));
  EXPECT_NO_THROW(last.at("fuel/accuracy"));
  const Evaluation all = evaluate(engine, run.model, data, metric::parse_metrics("rmse, accuracy"));
  EXPECT_NO_THROW(all.at("price/rmse"));
  EXPECT_NO_THROW(all.at("fuel/accuracy"));
  double sum = 0;
  for (std::size_t i = 0; i < 2; ++i) {
    const Evaluation one = evaluate(engine, target_model(run.model, i), with_target(run.model, i, data));
    sum += run.model.loss.terms[i].weight * one.loss;
  }
  EXPECT_EQ(all.loss, sum);
}

TEST_F(Several, ValidationIsTheEvaluationOfTheRowsHeldBack) {
  const data::Dataset data = rows(60);
  TrainOptions asked = options();
  asked.epochs = 2, asked.validation = 0.2;
  Trainer trainer(engine, net(data), data, asked);
  while (!trainer.stopped()) trainer.step();
  const Evaluation inside = trainer.validate();
  const Evaluation outside = evaluate(engine, trainer.model(), data::take(data, trainer.decided().split.validation));
  EXPECT_NEAR(inside.loss, outside.loss, 1e-12);
  ASSERT_EQ(inside.metrics.size(), outside.metrics.size());
  for (std::size_t i = 0; i < inside.metrics.size(); ++i) {
    EXPECT_EQ(inside.metrics[i].name, outside.metrics[i].name);
    EXPECT_EQ(inside.metrics[i].number, outside.metrics[i].number) << inside.metrics[i].name;
  }
}

TEST_F(Several, APartOfAPredictionIsThatOfItsTarget) {
  const data::Dataset data = rows();
  TrainOptions asked = options();
  asked.epochs = 3;
  const auto run = train(engine, net(data), data, asked);
  const Tensor all = predict(engine, run.model, data);
  EXPECT_EQ(all.shape(), Shape({8, 5}));
  for (std::size_t i = 0; i < 2; ++i) {
    const Tensor alone = predict(engine, target_model(run.model, i), data);
    EXPECT_TRUE(same_bits(alone, target_columns(run.model, i, all))) << i;
  }
}

TEST_F(Several, AStateGoesOnWithTheSameBits) {
  const data::Dataset data = rows(50);
  TrainOptions asked = options();
  asked.batch = 8, asked.epochs = 4, asked.validation = 0.1;
  Trainer first(engine, net(data), data, asked), second(engine, net(data), data, asked);
  for (int i = 0; i < 9; ++i) first.step();
  second.restore(first.state());
  while (!first.stopped()) first.step();
  while (!second.stopped()) second.step();
  EXPECT_EQ(numbers_of(first.model().network), numbers_of(second.model().network));
}

TEST_F(Several, AModelIsSavedAndComesBack) {
  const data::Dataset data = rows();
  TrainOptions asked = options();
  asked.epochs = 3;
  const auto run = train(engine, net(data), data, asked);
  const std::string path = testing::TempDir() + "several.gradus";
  io::save(run.model, path);
  const TrainedModel back = io::load(path);
  EXPECT_EQ(back.network.inputs, run.model.network.inputs);
  ASSERT_EQ(back.targets.size(), 2u);
  EXPECT_EQ(back.targets[1].class_names, data.several[1].class_names);
  EXPECT_EQ(back.loss.name(), run.model.loss.name());
  EXPECT_TRUE(same_bits(predict(engine, back, data), predict(engine, run.model, data)));
}

TEST_F(Several, APhaseAsksForInputsAndTargetsByName) {
  const data::Dataset data = rows();
  const nn::Layer whole = net(data);
  Phase only{.name = "all"};
  only.loss = [&](nn::Scope& scope, Batch& batch) {
    const Value given = scope.apply("", nn::parse_net("4 tanh"), batch.features());
    const Value codes = scope.apply("codes", nn::parse_net("input brand, embedding 5 4"), given);
    EXPECT_EQ(batch.input("brand"), scope.input("brand"));
    const Value out = scope.apply("last", nn::parse_net("2"), given);
    EXPECT_EQ(codes.shape(), Shape({8, 2, 4}));
    EXPECT_EQ(batch.target("fuel").dtype(), DType::i64);
    return loss::mse.build(out, batch.target("price"));
  };
  only.updates = optim::adam();
  const nn::Layer predicts = nn::layer("predicts", [](nn::Scope& s, Value x) {
    return s.apply("last", nn::parse_net("2"), s.apply("", nn::parse_net("4 tanh"), x));
  });
  Trainer trainer(engine, predicts, {only}, data, {.batch = 0, .epochs = 2, .dtype = DType::f64});
  while (!trainer.stopped()) trainer.step();
  EXPECT_TRUE(std::isfinite(trainer.losses()[0]));
}

TEST_F(Several, AnImageIsAnInputBesideNumbers) {
  data::Dataset data;
  data.source = "both";
  data.features = sines({12, 2}, 0.3, 1, DType::f32);
  Tensor images(DType::u8, {12, 6, 6});
  for (std::int64_t i = 0; i < images.count(); ++i) images.set(i, static_cast<double>(37 * i % 256));
  data.inputs.push_back({"image", images, 255});
  data.has_targets = true;
  data.targets = sines({12, 1}, 0.7, 1, DType::f32);
  const nn::Layer both =
      nn::parse_net("input image, conv 2 3x3 relu, maxpool 2, flatten as seen, input features, 4, concat seen, 1");
  const auto run = train(engine, both, data, {.epochs = 2, .validation = 0});
  EXPECT_EQ(run.model.network.inputs[0].shape, Shape({1, 6, 6}));
  EXPECT_EQ(predict(engine, run.model, data).shape(), Shape({12, 1}));
  // The same as the numbers that the bytes are.
  data::Dataset floats = data;
  floats.inputs[0] = {"image", images.cast(DType::f64).reshaped({12, 6, 6})};
  for (double& x : floats.inputs[0].values.as<double>()) x /= 255;
  EXPECT_TRUE(same_bits(predict(engine, run.model, floats), predict(engine, run.model, data)));
}

TEST_F(Several, WhatDoesNotFitIsRefusedByName) {
  const data::Dataset data = rows();
  const auto refuses = [&](const data::Dataset& of, const nn::Layer& given, const TrainOptions& asked) {
    return refusal([&] { decide(given, of, asked, engine); });
  };
  data::Dataset other = data;
  other.inputs[0].name = "brnd";
  EXPECT_EQ(refuses(other, net(other), options()),
            "layer 0 (input brand): input brand: found no such input of the data; expected one of features, brnd; try: "
            "brnd");
  EXPECT_EQ(refuses(data, nn::parse_net("6, 4"), options()),
            "net: found 4 outputs; expected 5: 2 for price, 3 for fuel; try: nn::with_outputs(net, outputs_of(data))");
  TrainOptions asked = options();
  asked.targets[0].loss = loss::mse;
  EXPECT_EQ(refuses(data, net(data), asked),
            "loss mse: found classes of target fuel; expected targets that it takes as they are; try: cross_entropy");
  asked.targets[0] = {.target = "fule"};
  EXPECT_EQ(refuses(data, net(data), asked),
            "target fule: found none of that name; expected a target of the data; try: price");
  other = data;
  other.several[1].name = "price";
  EXPECT_EQ(refuses(other, net(data), options()),
            "sines: found a target price twice; expected a name of its own for each; try: price_2");
  other = data;
  other.inputs[0].values = sines({7, 2}, 1, 1, DType::f64);
  EXPECT_EQ(refuses(other, net(data), options()),
            "sines: found input brand f64[7,2]; expected f32, f64, u8, or i64 for codes, [8, ...]; try: "
            "Tensor(DType::f32, Shape{8, 1})");
  other = data;
  other.inputs[0].values.set(3, -1);
  EXPECT_EQ(refuses(other, net(data), options()),
            "sines, row 2, input brand 2: found code -1; expected whole numbers from 0; try: codes numbered from 0");
  other = data;
  other.inputs[0].values.set(3, 5);
  EXPECT_EQ(refuses(other, net(data), options()),
            "layer 1 (embedding 5 3): found 6 codes of input brand; expected at most the 5 that it has; try: "
            "embedding 6 3");
  const auto run = train(engine, net(data), data, options());
  other = data;
  other.inputs[0].values = sines({8, 2}, 1, 1, DType::f64);
  EXPECT_EQ(refusal([&] { predict(engine, run.model, other); }),
            "sines, input brand: found numbers [2] a row; expected codes [2] a row, as the net takes it; try: a tensor "
            "of codes [2] a row");
  other.inputs.clear();
  EXPECT_EQ(refusal([&] { predict(engine, run.model, other); }),
            "sines: found no input brand; expected one of codes [2] a row, which the net takes; try: "
            "data::Dataset::inputs");
}

TEST_F(Several, AnInputThatTheNetDoesNotTakeIsNoted) {
  data::Dataset data = rows();
  const nn::Output outputs[] = {{"price", 2}, {"fuel", 3}};
  const Decided decided = decide(nn::with_outputs(nn::parse_net("4 tanh"), outputs), data, options(), engine);
  EXPECT_TRUE(decided.inputs.empty());
  ASSERT_FALSE(decided.notes.empty());
  EXPECT_EQ(decided.notes[0],
            "the net does not use input brand; nn::input(\"brand\"), \"input brand\" in its text, takes it");
}

TEST_F(Several, RowsAreTakenWithAllTheirTensors) {
  const data::Dataset data = rows();
  const std::int64_t chosen[] = {6, 1};
  const data::Dataset some = data::take(data, chosen);
  EXPECT_EQ(some.inputs[0].values.numbers(), (std::vector<double>{3, 4, 3, 4}));
  EXPECT_EQ(some.several[1].values.numbers(), (std::vector<double>{0, 1}));
  EXPECT_EQ(some.several[0].values.shape(), Shape({2, 2}));
  Tensor buffer(DType::i64, {2, 2});
  data::gather_input(data.inputs[0], chosen, buffer.view());
  EXPECT_EQ(buffer.numbers(), some.inputs[0].values.numbers());
}

}  // namespace
}  // namespace gradus
