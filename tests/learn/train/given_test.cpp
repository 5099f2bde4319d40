// Batches that are handed in: the same bits as a dataset's, and as a program written by hand; nothing allocated.
#include "tests/support/thread_sanitizer.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/train/evaluate.hpp"
#include "gradus/learn/train/own_loop.hpp"
#include "gradus/learn/train/train.hpp"
#include "tests/learn/train/sample_data.hpp"
#include "tests/support/refusal.hpp"
#ifndef GRADUS_THREAD_SANITIZER
#include "tests/support/count_allocations.hpp"
#endif

namespace gradus {
namespace {

using test::expect_refusal;

struct Given : testing::Test {
  Engine engine{{.threads = 1}}, other{{.threads = 3}};
};

nn::Model model_for(const char* net, const data::Dataset& rows, DType dtype = DType::f32) {
  return nn::make_model(nn::parse_net(net), {rows.row_size()}, {.dtype = dtype, .seed = 3});
}

GivenBatch all_of(const data::Dataset& rows) { return {.features = rows.features, .target = rows.targets}; }

void expect_same_parameters(const nn::Model& a, const nn::Model& b) {
  ASSERT_EQ(a.parameters.size(), b.parameters.size());
  for (std::size_t i = 0; i < a.parameters.size(); ++i) {
    EXPECT_EQ(a.parameters[i].name, b.parameters[i].name);
    EXPECT_TRUE(same_bits(a.parameters[i].value, b.parameters[i].value)) << a.parameters[i].name;
  }
}

TEST_F(Given, IsTheSameAsFullBatchTraining) {
  for (const DType dtype : {DType::f32, DType::f64}) {
    const data::Dataset rows = sine_classes(48, 5, dtype);
    const nn::Model model = model_for("12 tanh, dropout 0.2, 3", rows, dtype);
    TrainOptions options{.loss = loss::cross_entropy,
                         .optimizer = optim::adam({.learning_rate = 0.02}),
                         .groups = {{"0.*", optim::adam({.learning_rate = 0.01})}},
                         .clipping = {.norm = 0.1},
                         .average = 0.9,
                         .schedule = optim::cosine(),
                         .batch = 0,
                         .epochs = 30,
                         .steps = 30,
                         .validation = 0,
                         .seed = 7};
    const gradus::Run run = train(engine, model, rows, options);
    Trainer trainer(other, model, GivenBatches{.rows = 48}, options);
    std::size_t step = 0;
    for (; !trainer.stopped(); ++step) {
      const StepReport report = trainer.step(all_of(rows));
      EXPECT_EQ(report.loss, run.history[step].loss);
      EXPECT_EQ(report.learning_rate, run.history[step].learning_rate);
    }
    EXPECT_EQ(step, 30U);
    EXPECT_EQ(trainer.stopped(), StoppedBy::steps);
    const TrainedModel trained = trainer.model();
    expect_same_parameters(trained.network, run.model.network);
    const Tensor before = predict(engine, trained, rows);
    const ConstView predicted = trainer.predict({.features = rows.features});  // by the averages
    for (std::int64_t i = 0; i < before.count(); ++i) EXPECT_NEAR(predicted.number(i), before.number(i), 1e-6);
    expect_same_parameters(trainer.model().network, trained.network);
  }
}

// More than a leaf of rows: what a Program does when nobody says how it is to add.
TEST_F(Given, IsTheSameAsAProgramWrittenByHand) {
  const data::Dataset rows = sine_classes(150, 6, DType::f32);
  const nn::Model model = model_for("20 relu, dropout 0.1, 3", rows);
  const auto optimizer = optim::sgd({.learning_rate = 0.1, .momentum = 0.9});
  const StepSlots slots;
  const BatchSpec batch{.rows = 150, .classes = 3, .outputs = 3};
  std::vector<Graph> graphs;
  graphs.push_back(training_step(slots, model, loss::cross_entropy, optimizer, batch));
  graphs.push_back(evaluation_step(slots, model, loss::cross_entropy, batch, false));
  Program program(engine, std::move(graphs));
  for (const nn::Parameter& parameter : model.parameters) program.write(parameter.name, parameter.value);
  const auto put = [&](int graph, SlotId slot, const Tensor& values) {
    const View to = program.input(graph, slot);
    for (std::int64_t i = 0; i < to.count(); ++i) to.set(i, values.number(i));
  };
  CompiledStep step = compile_step(other, model, loss::cross_entropy, optimizer, {.rows = 150, .seed = 11});
  for (std::int64_t i = 0; i < 25; ++i) {
    const double rate = i < 10 ? 0.1 : 0.03;
    step.set_learning_rate(rate);
    put(0, slots.features, rows.features), put(0, slots.target, rows.targets);
    program.input(0, slots.learning_rate).set(0, rate);
    program.input(0, slots.key).set(0, 11), program.input(0, slots.key).set(1, static_cast<double>(i));
    program.run(0);
    EXPECT_EQ(step(rows.features.as<float>(), rows.targets.as<std::int64_t>()),
              program.output(0, step_outputs::loss).number());
    put(1, slots.features, rows.features);
    program.run(1);
    const ConstView expected = program.output(1, step_outputs::prediction);
    const auto predicted = step.predict(rows.features.as<float>());
    ASSERT_EQ(std::ssize(predicted), expected.count());
    for (std::int64_t k = 0; k < expected.count(); ++k) {
      ASSERT_EQ(predicted[static_cast<std::size_t>(k)], expected.number(k));
    }
  }
  EXPECT_EQ(step.steps(), 25);
  for (const nn::Parameter& parameter : step.model().parameters) {
    EXPECT_TRUE(same_bits(parameter.value, program.read(parameter.name)));
  }
}

TEST_F(Given, GoesOnFromAState) {
  const data::Dataset rows = sine_classes(20, 4, DType::f64);
  const nn::Model model = model_for("6 tanh, dropout 0.3, 3", rows, DType::f64);
  const TrainOptions options{.loss = loss::cross_entropy, .optimizer = optim::adam(), .steps = 40, .seed = 2};
  const auto step = [&](Trainer& trainer) { return trainer.step(all_of(rows)).loss; };
  Trainer whole(engine, model, GivenBatches{.rows = 20}, options);
  for (int i = 0; i < 9; ++i) step(whole);
  whole.set_learning_rate(0.05);
  for (int i = 0; i < 4; ++i) step(whole);
  const TrainerState state = whole.state();
  EXPECT_EQ(state.steps, 13);
  Trainer after(other, model, GivenBatches{.rows = 20}, options);
  step(after);
  after.restore(state);
  EXPECT_EQ(after.steps(), 13);
  while (!whole.stopped()) EXPECT_EQ(step(whole), step(after));
  EXPECT_EQ(after.stopped(), StoppedBy::steps);
  expect_same_parameters(whole.model().network, after.model().network);
  EXPECT_EQ(after.run().history.size(), 1U);
  Trainer fewer(engine, model, GivenBatches{.rows = 10}, options);
  expect_refusal(
      Fault::usage, [&] { fewer.restore(state); }, "batch 20", "expected 10");
  Trainer dataset(engine, model, rows,
                  {.loss = loss::cross_entropy, .optimizer = optim::adam(), .batch = 20, .seed = 2});
  expect_refusal(
      Fault::usage, [&] { dataset.restore(state); }, "rows to learn from");
}

TEST_F(Given, TellsItsObserversAndStopsWhenTheyAsk) {
  const data::Dataset rows = plane(8, DType::f32);
  std::vector<StepReport> steps;
  std::vector<EpochReport> epochs;
  TrainOptions options{.loss = loss::mse};
  options.observers.push_back({.on_step = [&](const StepReport& one) { steps.push_back(one); },
                               .on_epoch = [&](const EpochReport& one) { epochs.push_back(one); },
                               .should_stop = [&] { return steps.size() == 3; }});
  Trainer trainer(engine, model_for("1", rows), GivenBatches{.rows = 8}, options);
  while (!trainer.stopped()) trainer.step(all_of(rows));
  EXPECT_EQ(trainer.stopped(), StoppedBy::request);
  ASSERT_EQ(steps.size(), 3U);
  EXPECT_EQ(steps[2].step_in_epoch, 3);
  EXPECT_EQ(steps[2].steps_per_epoch, 0);
  EXPECT_EQ(steps[2].rows, 8);
  ASSERT_EQ(epochs.size(), 1U);
  EXPECT_EQ(epochs[0].epoch, 1);
  EXPECT_EQ(epochs[0].steps, 3);
  EXPECT_NEAR(epochs[0].loss, (steps[0].loss + steps[1].loss + steps[2].loss) / 3, 1e-12);
  EXPECT_EQ(trainer.model().record.steps, 3);
}

TEST_F(Given, TakesInputsByName) {
  data::Dataset rows = plane(30, DType::f64);
  Tensor brand(DType::i64, {30, 1});
  for (std::int64_t i = 0; i < 30; ++i) brand.set(i, static_cast<double>(i % 4));
  rows.inputs = {{"brand", brand}};
  const nn::Layer net = nn::parse_net("input brand, embedding 4 2, flatten as b, input features, concat b, 5 tanh, 1");
  const TrainOptions options{.loss = loss::mse, .batch = 0, .epochs = 12, .validation = 0, .dtype = DType::f64};
  const Decided decided = decide(net, rows, options, engine);
  const nn::Model model = decided.make_model();
  const gradus::Run run = train(engine, model, rows, options);
  Trainer trainer(engine, model, GivenBatches{.rows = 30}, options);
  const GivenInput inputs[] = {{"colour", rows.targets}, {"brand", brand}};
  GivenBatch batch = all_of(rows);
  expect_refusal(
      Fault::usage, [&] { trainer.step(batch); }, "no input brand", "try: ");
  batch.inputs = inputs;
  for (int i = 0; i < 12; ++i) trainer.step(batch);
  expect_same_parameters(trainer.model().network, run.model.network);
  EXPECT_TRUE(same_bits(trainer.predict(batch), predict(engine, run.model, rows)));
  expect_refusal(
      Fault::usage, [&] { compile_step(engine, model, loss::mse, optim::adam()); }, "input brand", "Trainer");
}

TEST_F(Given, RefusesWhatItCannotTakeAndStaysAsItWas) {
  const data::Dataset rows = plane(6, DType::f64);
  const nn::Model model = model_for("3 tanh, 1", rows, DType::f64);
  const auto make = [&](TrainOptions options, std::int64_t count = 6) {
    return Trainer(engine, model, GivenBatches{.rows = count}, options);
  };
  const TrainOptions mse{.loss = loss::mse};
  const auto refuses = [&](const char* word, const char* remedy, TrainOptions options, std::int64_t count = 6) {
    expect_refusal(
        Fault::usage, [&] { make(options, count); }, word, remedy);
  };
  refuses("0 rows", "rows = 1", mse, 0);
  refuses("-3 rows", "rows = 1", mse, -3);
  refuses("no loss", "loss::mse", {});
  refuses("a rule of epochs", "steps", {.loss = loss::mse, .patience = 2});
  refuses("a rule of epochs", "steps", {.loss = loss::mse, .target_loss = 0.1});
  refuses("several targets", "TrainOptions::loss", {.loss = loss::mse, .targets = {{.target = "a"}}});
  refuses("parts", "TrainOptions{}", {.loss = loss::mse, .parts = {64}});
  refuses("parts", "TrainOptions{}", {.loss = loss::mse, .memory = 1 << 30});
  refuses("parts", "TrainOptions{}", {.loss = loss::mse, .split = data::Split{}});
  EXPECT_THROW(make({.loss = loss::mse, .groups = {{"9.*"}}}), UserError);

  Trainer trainer = make(mse);
  trainer.step(all_of(rows));
  const nn::Model before = trainer.model().network;
  const Tensor few(DType::f32, {5, 2});
  expect_refusal(
      Fault::usage, [&] { trainer.step({.features = few, .target = rows.targets}); }, "features: found 10 numbers",
      "expected 12");
  expect_refusal(
      Fault::usage, [&] { trainer.step({.features = rows.features}); }, "target: found 0 numbers", "expected 6");
  expect_refusal(
      Fault::usage, [&] { trainer.predict({}); }, "features: found 0 numbers");
  EXPECT_EQ(trainer.steps(), 1);
  expect_same_parameters(trainer.model().network, before);
  EXPECT_THROW(trainer.step(), InternalError);
  EXPECT_THROW(trainer.validate(), UserError);
  Trainer of_rows(engine, model, rows, {.loss = loss::mse});
  EXPECT_THROW(of_rows.step(all_of(rows)), InternalError);
  EXPECT_THROW(of_rows.predict(all_of(rows)), InternalError);
  EXPECT_THROW(of_rows.set_learning_rate(1), InternalError);
}

// Who has a loop of their own decides what that means.
TEST_F(Given, GivesBackALossThatIsNotFinite) {
  const data::Dataset rows = plane(4, DType::f32);
  CompiledStep step = compile_step(engine, model_for("1", rows), loss::mse, optim::gradient_descent(0.1), {.rows = 4});
  std::vector<float> features(8, std::numeric_limits<float>::infinity());
  EXPECT_FALSE(std::isfinite(step(std::span<const float>(features), rows.targets.as<float>())));
  EXPECT_FALSE(std::isfinite(step(rows.features.as<float>(), rows.targets.as<float>())))
      << "the weights are not either";
}

TEST_F(Given, OfClassesHasAModelThatCanBeEvaluated) {
  data::Dataset rows = sine_classes(40, 4, DType::f32);
  Trainer trainer(engine, model_for("8 tanh, 3", rows), GivenBatches{.rows = 40},
                  {.loss = loss::cross_entropy, .optimizer = optim::adam({.learning_rate = 0.05})});
  double loss = 0;
  for (int i = 0; i < 300; ++i) loss = trainer.step(all_of(rows)).loss;
  const TrainedModel model = trainer.model();
  EXPECT_EQ(model.class_names, (std::vector<std::string>{"0", "1", "2"}));
  rows.class_names = model.class_names;
  EXPECT_NEAR(evaluate(engine, model, rows).loss, loss, 0.05 * loss + 0.01);
}

#ifndef GRADUS_THREAD_SANITIZER
TEST_F(Given, AllocatesNothingInAStep) {
  const data::Dataset rows = sine_classes(100, 6, DType::f64);
  for (Engine* const one : {&engine, &other}) {
    CompiledStep step = compile_step(*one, model_for("16 tanh, dropout 0.1, 3", rows), loss::cross_entropy,
                                     optim::adam(), {.rows = 100});
    const auto round = [&] {
      step(rows.features.as<double>(), rows.targets.as<std::int64_t>());
      step.predict(rows.features.as<double>());
      step.set_learning_rate(0.01);
    };
    round();
    const long before = allocations.load();
    for (int i = 0; i < 20; ++i) round();
    EXPECT_EQ(allocations.load() - before, 0) << one->threads() << " threads";
  }
}
#endif

}  // namespace
}  // namespace gradus
