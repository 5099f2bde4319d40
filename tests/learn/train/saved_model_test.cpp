#include "gradus/learn/train/saved_model.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "gradus/core/ops/operators.hpp"
#include "gradus/learn/data/csv/csv.hpp"
#include "gradus/learn/io/model_file.hpp"
#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/train/evaluate.hpp"
#include "gradus/learn/train/train.hpp"
#include "tests/learn/train/sample_data.hpp"

namespace gradus {
namespace {

std::string path_of(const char* name) { return testing::TempDir() + name; }

void expect_equal(const TrainedModel& a, const TrainedModel& b) {
  EXPECT_EQ(nn::print_net(a.network.net), nn::print_net(b.network.net));
  EXPECT_EQ(a.network.input, b.network.input);
  EXPECT_EQ(a.loss.name(), b.loss.name());
  EXPECT_EQ(a.task, b.task);
  EXPECT_EQ(a.class_names, b.class_names);
  EXPECT_EQ(a.schema, b.schema);
  EXPECT_EQ(a.record.optimizer, b.record.optimizer);
  EXPECT_EQ(a.record.seed, b.record.seed);
  EXPECT_EQ(a.record.steps, b.record.steps);
  EXPECT_EQ(a.record.stopped_by, b.record.stopped_by);
  ASSERT_EQ(a.record.history.size(), b.record.history.size());
  for (std::size_t i = 0; i < a.record.history.size(); ++i) {
    EXPECT_EQ(a.record.history[i].loss, b.record.history[i].loss);
    EXPECT_EQ(a.record.history[i].gradient_norm, b.record.history[i].gradient_norm);
    EXPECT_EQ(a.record.history[i].validation->loss, b.record.history[i].validation->loss);
    EXPECT_EQ(describe(*a.record.history[i].validation), describe(*b.record.history[i].validation));
  }
  for (const nn::Parameter& p : a.network.parameters)
    EXPECT_TRUE(same_bits(p.value, *b.network.find(p.name))) << p.name;
}

TEST(SavedModel, ReadsBackAndPredictsTheSame) {
  Engine engine({.threads = 1});
  for (DType dtype : {DType::f32, DType::f64}) {
    const data::Dataset rows = sine_classes(40, 3, dtype);
    const auto run = train(engine, nn::with_output(nn::parse_net("8 leaky_relu 0.2, dropout 0.1, 4 prelu"), 3), rows,
                           {.epochs = 3, .seed = 18446744073709551615u, .dtype = dtype});
    const std::string path = path_of("classes.gradus");
    io::save(run.model, path);
    const TrainedModel loaded = io::load(path);
    expect_equal(run.model, loaded);
    EXPECT_TRUE(same_bits(predict(engine, run.model, rows), predict(engine, loaded, rows)));
  }
}

TEST(SavedModel, GoesOnAnsweringInTheUnitsOfATable) {
  Engine engine({.threads = 1});
  const data::Table table = data::parse_csv(
      "km,fuel,age,price\n38000,petrol,3,17000\n90000,diesel,5,12500\n5000,petrol,1,23000\n150000,diesel,9,6500\n"
      "60000,petrol,4,14500\n",
      "cars.csv");
  std::vector<std::int64_t> all(5);
  std::iota(all.begin(), all.end(), 0);
  const data::Schema schema =
      data::fit_schema(table, all, {.target = "price", .task = {}, .ignore = {}, .categorical = {}}).schema;
  const data::Dataset rows = data::encode(schema, table, DType::f64).dataset;
  auto run = train(engine, nn::with_output(nn::parse_net("8 tanh"), 1), rows,
                   {.optimizer = optim::adam({.learning_rate = 0.02}), .epochs = 500, .dtype = DType::f64});
  run.model.schema = schema;
  io::save(run.model, path_of("cars.gradus"));
  const TrainedModel loaded = io::load(path_of("cars.gradus"));
  const Tensor prices = in_units(loaded, predict(engine, loaded, rows));
  const double expected[] = {17000, 12500, 23000, 6500, 14500};
  for (std::int64_t r = 0; r < 5; ++r) EXPECT_NEAR(prices.number(r), expected[r], 100);
  EXPECT_LT(in_units(loaded, evaluate(engine, loaded, rows)).at("mae"), 100);
}

TEST(SavedModel, OfOnesOwnLayerNeedsTheNet) {
  Engine engine({.threads = 1});
  const nn::Layer own =
      nn::layer("own", [](nn::Scope& scope, Value x) { return x * scope.parameter("scale", {1}, init::constant(2)); });
  const nn::Layer net = nn::sequential({nn::linear(2), own, nn::linear(1)});
  const auto run = train(engine, net, plane(20, DType::f32), {.epochs = 1});
  io::save(run.model, path_of("own.gradus"));
  EXPECT_THROW(io::load(path_of("own.gradus")), UserError);
  EXPECT_THROW(io::load(path_of("own.gradus"), {.net = nn::parse_net("2, 1")}), UserError);
  expect_equal(run.model, io::load(path_of("own.gradus"), {.net = net}));
}

TEST(SavedModel, MarksTheEpochWhoseWeightsItHas) {
  TrainedModel model;
  model.network = nn::make_model(nn::parse_net("1"), {2});
  model.loss = loss::mse;
  model.record.optimizer = "adam", model.record.schedule = "constant";
  for (std::int64_t epoch = 1; epoch <= 2345; ++epoch) {
    EpochReport report{.epoch = epoch, .loss = 1.0 / static_cast<double>(epoch)};
    report.validation = Evaluation{.rows = 3, .loss = 2.0 * static_cast<double>(epoch)};
    model.record.history.push_back(report);
  }
  model.record.epoch = 1202;  // between those that the thinned curve has
  model.record.stopped_by = StoppedBy::diverged;
  io::save(model, path_of("marked.gradus"));
  const TrainingRecord loaded = io::load(path_of("marked.gradus")).record;
  EXPECT_EQ(loaded.epoch, 1202);
  EXPECT_LE(loaded.history.size(), 1001U);
  const auto kept = std::find_if(loaded.history.begin(), loaded.history.end(),
                                 [](const EpochReport& report) { return report.epoch == 1202; });
  ASSERT_NE(kept, loaded.history.end());
  EXPECT_EQ(kept->validation->loss, 2404);
}

TEST(SavedModel, RefusesALossThatNobodyCouldReadBack) {
  Engine engine({.threads = 1});
  TrainOptions options{.epochs = 1};
  options.loss = loss::custom("mine", [](Value y, Value t) { return loss::mse.build(y, t); });
  const auto run = train(engine, nn::sequential({nn::linear(1)}), plane(20, DType::f32), options);
  EXPECT_THROW(io::save(run.model, path_of("mine.gradus")), UserError);
}

/// The fault of loading a model whose document was changed.
std::string load_changed(const char* key, json::Value value) {
  Engine engine({.threads = 1});
  const auto run =
      train(engine, nn::with_output(nn::parse_net("4 relu"), 3), sine_classes(20, 2, DType::f32), {.epochs = 1});
  io::ModelFile file;
  for (const nn::Parameter& p : run.model.network.parameters) file.tensors.push_back({p.name, p.value});
  json::Object document = io::describe_model(run.model).object();
  document[key] = std::move(value);
  file.document = document;
  io::save_model_file(path_of("changed.gradus"), file);
  try {
    io::load(path_of("changed.gradus"));
  } catch (const UserError& error) {
    EXPECT_EQ(error.fault(), Fault::model_file) << error.what();
    return error.what();
  }
  return "accepted";
}

TEST(SavedModel, RefusesADocumentThatDoesNotFitItsTensors) {
  EXPECT_NE(load_changed("net", "5 relu, 3"), "accepted");
  EXPECT_NE(load_changed("net", "4 rleu, 3").find("relu"), std::string::npos);
  EXPECT_NE(load_changed("net", "1000000000000 relu, 3"), "accepted");
  EXPECT_NE(load_changed("input", std::vector<int>{3}), "accepted");
  EXPECT_NE(load_changed("input", std::vector<int>{-1}), "accepted");
  EXPECT_NE(load_changed("precision", "f16"), "accepted");
  EXPECT_NE(load_changed("precision", "f64"), "accepted");
  EXPECT_NE(load_changed("loss", "msee"), "accepted");
  EXPECT_NE(load_changed("task", "guessing"), "accepted");
  EXPECT_NE(load_changed("classes", std::vector<std::string>{"a", "b"}).find("2 class names for 3 outputs"),
            std::string::npos);
  EXPECT_NE(load_changed("training", 3), "accepted");
}

}  // namespace
}  // namespace gradus
