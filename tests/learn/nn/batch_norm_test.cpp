// Batch normalization: running statistics by PyTorch, and what a training makes of them.
#include <gtest/gtest.h>

#include <cmath>

#include "gradus/core/ops/interpret.hpp"
#include "gradus/learn/nn/model.hpp"
#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/train/evaluate.hpp"
#include "gradus/learn/train/saved_model.hpp"
#include "gradus/learn/train/train.hpp"
#include "tests/support/temporary_folder.hpp"

namespace gradus {
namespace {

struct Case {
  const char* net;
  Integers sample;
  std::vector<double> mean, variance, outputs;
};

const std::vector<Case> cases = {
#include "tests/learn/nn/torch_batch_norm.inl"
};

Tensor wave(const Shape& shape, double step) {
  Tensor out(DType::f64, shape);
  for (std::int64_t i = 0; i < out.count(); ++i) out.set(i, 0.4 * std::sin(step * static_cast<double>(i + 1)));
  return out;
}

void expect_near(const std::vector<double>& found, const std::vector<double>& wanted, const char* what) {
  ASSERT_EQ(found.size(), wanted.size()) << what;
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], wanted[i], 1e-13) << what << ' ' << i;
}

std::vector<Binding> bindings_of(Graph& graph, const nn::Model& model) {
  std::vector<Binding> out;
  int k = 0;
  for (const nn::Parameter& p : model.parameters) {
    const Value value = graph.find_input(p.name);
    out.push_back({value, p.running ? p.value : wave(p.value.shape(), 1.1 + 0.1 * k++)});
  }
  return out;
}

TEST(BatchNorm, KeepsTheStatisticsThatTorchKeeps) {
  for (const Case& of : cases) {
    SCOPED_TRACE(of.net);
    nn::Model model = nn::make_model(nn::parse_net(of.net), Shape(of.sample), {.dtype = DType::f64});
    Integers batch{3};
    batch.insert(batch.end(), of.sample.begin(), of.sample.end());
    for (const double step : {1.0, 0.7}) {  // two steps of training
      Graph graph;
      nn::Scope scope(graph, nn::Mode::training, DType::f64);
      const Value x = graph.input("features", {DType::f64, Shape(batch)});
      nn::forward(model, scope, x);
      auto bindings = bindings_of(graph, model);
      bindings.push_back({x, wave(Shape(batch), step)});
      for (nn::Parameter& p : model.parameters) {
        if (p.running) p.value = interpret(Values{graph.find_next(graph.slots().find(p.name))}, bindings)[0];
      }
    }
    expect_near(model.find("1.running_mean")->numbers(), of.mean, "mean");
    expect_near(model.find("1.running_var")->numbers(), of.variance, "variance");
    Graph graph;
    nn::Scope scope(graph, nn::Mode::inference, DType::f64);
    const Value x = graph.input("features", {DType::f64, Shape(batch)});
    const Value y = nn::forward(model, scope, x);
    auto bindings = bindings_of(graph, model);
    bindings.push_back({x, wave(Shape(batch), 1)});
    expect_near(interpret(Values{y}, bindings)[0].numbers(), of.outputs, "output");
    EXPECT_TRUE(graph.nexts().empty());
  }
}

/// Waves of 4 features and a number that follows from them.
data::Dataset rows(std::int64_t count) {
  data::Dataset out;
  out.features = Tensor(DType::f32, {count, 4});
  out.targets = Tensor(DType::f32, {count, 1});
  out.has_targets = true;
  for (std::int64_t i = 0; i < count; ++i) {
    double sum = 0;
    for (std::int64_t j = 0; j < 4; ++j) {
      const double x = 3 + 2 * std::sin(static_cast<double>(i * 5 + j * j + 1));
      out.features.set(i * 4 + j, x);
      sum += x * static_cast<double>(j - 1);
    }
    out.targets.set(i, std::sin(sum));
  }
  return out;
}

const char* const text = "16 nobias, batch_norm relu, residual(16 nobias, batch_norm relu, 16), 1";

TEST(BatchNorm, IsLearntSavedAndReadInInference) {
  const data::Dataset data = rows(300);
  TrainOptions options{.batch = 96, .epochs = 6, .validation = 0};
  Engine one({.threads = 1}), three({.threads = 3});
  const gradus::Run run = train(one, nn::parse_net(text), data, options);
  EXPECT_LT(run.history.back().loss, run.history.front().loss);
  const gradus::Run same = train(three, nn::parse_net(text), data, options);
  ASSERT_EQ(run.model.network.parameters.size(), same.model.network.parameters.size());
  int running = 0;
  for (std::size_t i = 0; i < run.model.network.parameters.size(); ++i) {
    const nn::Parameter &a = run.model.network.parameters[i], &b = same.model.network.parameters[i];
    EXPECT_TRUE(same_bits(a.value, b.value)) << a.name;
    running += a.running;
  }
  EXPECT_EQ(running, 4);
  EXPECT_NE(run.model.network.find("1.running_mean")->number(), 0);
  EXPECT_NE(run.model.network.find("3.1.running_var")->number(), 1);
  EXPECT_EQ(run.model.network.parameter_count(), 4 * 16 + 2 * 16 + 16 * 16 + 2 * 16 + 16 * 16 + 16 + 16 + 1);
  test::TemporaryFolder folder;
  io::save(run.model, folder.path("b.gradus"));
  const TrainedModel loaded = io::load(folder.path("b.gradus"));
  EXPECT_TRUE(same_bits(predict(one, run.model, data), predict(one, loaded, data)));
  EXPECT_EQ(loaded.network.parameter_count(), run.model.network.parameter_count());
  // A row's prediction does not depend on the rows beside it.
  data::Dataset few = rows(2);
  EXPECT_NEAR(predict(one, loaded, few).number(1), predict(one, loaded, data).number(1), 1e-6);
}

std::string refusal(const data::Dataset& data, const TrainOptions& options) {
  Engine engine({.threads = 1});
  try {
    train(engine, nn::parse_net(text), data, options);
  } catch (const UserError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(BatchNorm, RefusesSingleRowsAndParts) {
  EXPECT_NE(refusal(rows(65), {.batch = 32, .epochs = 1, .validation = 0}).find("batch_norm: found a batch of one row"),
            std::string::npos);
  EXPECT_EQ(refusal(rows(66), {.batch = 32, .epochs = 1, .validation = 0}), "accepted");
  const std::string parts = refusal(rows(256), {.batch = 256, .epochs = 1, .validation = 0, .parts = {.rows = 64}});
  EXPECT_NE(parts.find("1.batch_mean: found rows of a batch that depend on one another"), std::string::npos) << parts;
  EXPECT_THROW(nn::make_model(nn::parse_net("4, batch_norm as b, again b, 1"), {4}), UserError);
}

}  // namespace
}  // namespace gradus
