// The recipe for tables: folds, linear models, what is chosen, and the model that comes of it.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>
#include <set>

#include "gradus/learn/data/csv/csv.hpp"
#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/optim/schedule.hpp"
#include "gradus/learn/tables/fit.hpp"
#include "gradus/learn/tables/folds.hpp"
#include "gradus/learn/tables/join.hpp"
#include "gradus/learn/tables/linear_model.hpp"
#include "gradus/learn/tables/matrix.hpp"
#include "gradus/learn/train/evaluate.hpp"
#include "gradus/learn/train/saved_model.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/temporary_folder.hpp"

namespace gradus::tables {
namespace {

#include "tests/learn/tables/sklearn_linear.inl"

/// The rows of sklearn_linear.py.
data::Dataset sample(bool classes) {
  constexpr std::int64_t rows = 24;
  data::Dataset out;
  out.source = "sample";
  out.features = Tensor(DType::f64, {rows, 3});
  out.has_targets = true;
  out.task = classes ? data::Task::classification : data::Task::regression;
  out.targets = classes ? Tensor(DType::i64, {rows}) : Tensor(DType::f64, {rows, 1});
  if (classes) out.class_names = {"a", "b", "c"};
  for (std::int64_t i = 0; i < rows; ++i) {
    const auto t = static_cast<double>(i);
    const double x[] = {std::sin(1.3 * t), 3 + 5 * std::cos(0.7 * t), static_cast<double>(i % 5) * 0.5};
    for (std::int64_t k = 0; k < 3; ++k) out.features.set(3 * i + k, x[k]);
    if (classes) out.targets.as<std::int64_t>()[static_cast<std::size_t>(i)] = i / 2 % 3;
    else out.targets.set(i, 2 * x[0] - 0.3 * x[1] + std::sin(3.1 * t));
  }
  return out;
}

TEST(LinearModel, IsThatOfScikitLearn) {
  for (const bool classes : {false, true}) {
    const data::Dataset rows = sample(classes);
    const std::vector<data::Split> folds = make_folds(rows, 4, 1);
    const auto found = fit_linear(rows, folds, {true, true, true});
    ASSERT_TRUE(found);
    const std::vector<double>& wanted = (classes ? logistic_models : ridge_models).at(found->penalty);
    const double tolerance = classes ? 2e-3 : 1e-6;  // iterations end by their gradient
    for (std::size_t k = 0; k < wanted.size() / 4; ++k) {
      for (std::size_t i = 0; i < 3; ++i)
        EXPECT_NEAR(found->model.weight[3 * k + i], wanted[4 * k + i], tolerance) << classes << k << i;
      EXPECT_NEAR(found->model.bias[k], wanted[4 * k + 3], tolerance) << classes << k;
    }
    const auto part = fit_linear(rows, folds, {true, false, true});
    ASSERT_TRUE(part);
    EXPECT_EQ(part->model.weight[1], 0);
    EXPECT_FALSE(fit_linear(rows, folds, {false, false, false}));
  }
}

TEST(LinearModel, AddsProductsOfAnyNumber) {
  std::vector<double> a, b;
  for (std::size_t n = 0; n < 12; ++n) {
    // 1 * 1 + 2 * 2 + ...: n (n + 1) (2 n + 1) / 6, exact in f64.
    const auto count = static_cast<double>(n);
    EXPECT_EQ(dot(a.data(), b.data(), n), count * (count + 1) * (2 * count + 1) / 6) << n;
    a.push_back(count + 1), b.push_back(count + 1);
  }
}

TEST(LinearModel, SolvesWhatIsSingularToo) {
  Matrix a(2, 2);
  a.numbers = {4, 0, 2, 3};
  const std::vector<double> x = solve_positive(a, {2, 5});  // 4 x + 2 y = 2, 2 x + 3 y = 5
  EXPECT_NEAR(x[0], -0.5, 1e-12);
  EXPECT_NEAR(x[1], 2, 1e-12);
  a.numbers = {1, 0, 1, 1};  // twice the same unknown
  for (const double y : solve_positive(a, {1, 1})) EXPECT_TRUE(std::isfinite(y));
}

TEST(Folds, HoldBackEveryRowOnceAndEveryClassEvenly) {
  for (const bool classes : {false, true}) {
    const data::Dataset rows = sample(classes);
    std::multiset<std::int64_t> held;
    for (const data::Split& fold : make_folds(rows, 4, 7)) {
      data::check(fold, rows.rows());
      EXPECT_EQ(fold.validation.size(), 6U);
      EXPECT_EQ(fold.train.size(), 18U);
      held.insert(fold.validation.begin(), fold.validation.end());
      std::map<std::int64_t, int> counts;
      for (const std::int64_t row : fold.validation)
        ++counts[classes ? rows.targets.as<std::int64_t>()[static_cast<std::size_t>(row)] : 0];
      if (classes) {
        for (const auto& of : counts) EXPECT_LE(of.second, 3);
      }
    }
    EXPECT_EQ(held.size(), 24U);
    EXPECT_EQ(std::set<std::int64_t>(held.begin(), held.end()).size(), 24U);
  }
  test::expect_refusal(
      Fault::usage, [] { make_folds(sample(false), 25, 0); }, "25 of 24 rows");
}

/// 120 rows "a,b,y" with numbers from -1 to 1, encoded as the recipe does.
struct Learnt {
  data::Schema schema;
  data::Dataset rows;
};

Learnt learn(const std::function<double(double a, double b, std::int64_t row)>& target) {
  std::string text = "a,b,y\n";
  for (std::int64_t i = 0; i < 120; ++i) {
    const double t = static_cast<double>(i), a = std::sin(12.9 * t), b = std::cos(7.3 * t + 1);
    text += std::to_string(a) + "," + std::to_string(b) + "," + std::to_string(target(a, b, i)) + "\n";
  }
  data::FitOptions options{.target = "y", .task = data::Task::regression, .ignore = {}, .categorical = {}};
  options.numbers = numbers_of(120, 3);
  data::CsvOptions csv;
  csv.read = data::reading(options);
  const data::Table table = data::parse_csv(text, "table.csv", csv);
  const data::Split all = data::split_rows(table.rows, 0, 0);
  Learnt out{data::fit_schema(table, all.train, options).schema, {}};
  out.rows = data::encode(out.schema, table).dataset;
  return out;
}

Fit fit_quickly(const Learnt& of) {
  Engine engine({.threads = 1});
  FitOptions options{.plan = make_plan(Effort::quick, {.rows = of.rows.rows(), .features = of.rows.row_size()})};
  options.plan.ways[0].epochs = 30;
  return fit(engine, of.rows, {}, of.schema, options);
}

double loss_of(const Fit& fit, const std::string& name) {
  for (const Candidate& one : fit.candidates) {
    if (one.name == name) return one.loss;
  }
  ADD_FAILURE() << "no candidate " << name;
  return 0;
}

TEST(Fit, SavesTheBetterOfNetsLinearModelAndTrivialAnswer) {
  const Learnt line = learn([](double a, double b, std::int64_t) { return 3 * a - b + 10; });
  EXPECT_EQ(fit_quickly(line).candidates[fit_quickly(line).chosen].name, "linear model");
  const Learnt bent = learn([](double a, double b, std::int64_t) { return std::fabs(a) * 4 + b * b; });
  const Fit nets = fit_quickly(bent);
  EXPECT_TRUE(nets.candidates[nets.chosen].name.starts_with("nets")) << nets.candidates[nets.chosen].name;
  EXPECT_LT(loss_of(nets, "nets"), 0.5 * loss_of(nets, "linear model"));
  EXPECT_NEAR(loss_of(nets, "trivial answer"), 1, 0.1);
  for (const Candidate& one : nets.candidates) EXPECT_GE(one.loss, nets.candidates[nets.chosen].loss);
}

TEST(Fit, GivesOneModelThatSavesAndPredictsTheMean) {
  const Learnt bent = learn([](double a, double b, std::int64_t) { return std::fabs(a) * 4 + b * b; });
  const Fit found = fit_quickly(bent);
  Engine engine({.threads = 1});
  const test::TemporaryFolder folder;
  io::save(found.model, folder.path() + "/m.gradus");
  const TrainedModel again = io::load(folder.path() + "/m.gradus");
  const Tensor before = predict(engine, found.model, bent.rows), after = predict(engine, again, bent.rows);
  ASSERT_EQ(before.count(), 120);
  for (std::int64_t i = 0; i < before.count(); ++i) EXPECT_EQ(before.number(i), after.number(i));
  EXPECT_EQ(found.model.record.rows, 120);
  std::size_t held = 0;
  for (const data::Split& split : found.splits) held += split.validation.size();
  EXPECT_EQ(held, 120U);
}

/// Of an ensemble.
std::size_t nets_in(const nn::Model& model) { return model.net.nets.at(0).nets.size(); }

TEST(Fit, TrainsEachWayOnEachPartOfEachDeal) {
  const Learnt bent = learn([](double a, double b, std::int64_t) { return std::fabs(a) * 4 + b * b; });
  Engine engine({.threads = 1});
  FitOptions options{.plan = make_plan(Effort::best, {.rows = 120, .features = bent.rows.row_size()})};
  options.plan.deals = 2, options.plan.ways.resize(2);
  for (Way& way : options.plan.ways) way.epochs = 12;
  std::map<std::string, std::multiset<std::int64_t>> folds;
  options.on_member = [&](const MemberReport& one) {
    folds[one.way].insert(one.fold);
    EXPECT_EQ(one.count, 20);
  };
  const Fit found = fit(engine, bent.rows, {}, bent.schema, options);
  ASSERT_EQ(folds.size(), 2U);
  for (const auto& [way, of] : folds) {
    for (std::int64_t fold = 1; fold <= 5; ++fold) EXPECT_EQ(of.count(fold), 2U) << way << fold;
  }
  const std::string chosen = found.candidates[found.chosen].name;
  ASSERT_TRUE(chosen.starts_with("nets")) << chosen;
  if (chosen == "nets") {
    EXPECT_EQ(nets_in(found.model.network), 20U);
  }
  EXPECT_EQ(found.splits.size(), 5U);  // every row once
  options.on_member = {};
  const Fit again = fit(engine, bent.rows, {}, bent.schema, options);
  for (std::size_t i = 0; i < found.candidates.size(); ++i)
    EXPECT_EQ(again.candidates[i].predictions, found.candidates[i].predictions) << i;
  // Another deal is other parts: its nets do not repeat those of the first.
  options.plan.deals = 1;
  EXPECT_NE(fit(engine, bent.rows, {}, bent.schema, options).candidates[0].predictions,
            found.candidates[0].predictions);
}

TEST(Plan, HasMoreWaysWithMoreEffort) {
  for (const auto task : {data::Task::regression, data::Task::classification}) {
    const Shape shape{.task = task, .rows = 1000, .features = 60, .outputs = 2};
    const Plan quick = make_plan(Effort::quick, shape), normal = make_plan(Effort::normal, shape),
               best = make_plan(Effort::best, shape);
    EXPECT_EQ(quick.nets(), 5);
    EXPECT_EQ(normal.nets(), 20);
    EXPECT_EQ(best.nets(), 50);
    for (const Way& way : best.ways) {
      const TrainOptions options = options_of(best, way);
      EXPECT_EQ(options.epochs, way.epochs);
      EXPECT_NO_THROW(nn::parse_net(way.net));
    }
  }
  const Plan held{make_plan(Effort::best, {.rows = 1000, .features = 60, .folds = false})};
  EXPECT_EQ(held.nets(), 5);  // what is held back is said: there is nothing to deal
}

// What an effort may take is kept by shapes that are small, wide, long, or have many classes.
TEST(Plan, KeepsItsTime) {
  const Shape shapes[] = {{.rows = 25, .features = 8},
                          {.rows = 150, .features = 200},
                          {.rows = 150, .features = 4000},
                          {.rows = 392, .features = 120},
                          {.rows = 2000, .features = 4000},
                          {.rows = 10'000, .features = 10},
                          {.rows = 10'000, .features = 700},
                          {.rows = 200'000, .features = 30},
                          {.task = data::Task::classification, .rows = 5000, .features = 100, .outputs = 1000}};
  for (const Shape& shape : shapes) {
    for (const Effort effort : {Effort::quick, Effort::normal, Effort::best}) {
      const Plan plan = make_plan(effort, shape);
      ASSERT_FALSE(plan.ways.empty());
      EXPECT_LE(seconds_of(plan, shape), allowed_seconds(effort, shape.rows)) << name(effort) << shape.rows;
      EXPECT_EQ(make_plan(effort, shape).nets(), plan.nets());
      for (const Way& way : plan.ways) EXPECT_GE(way.epochs, 1);
    }
  }
  EXPECT_EQ(allowed_seconds(Effort::best, 1000), 20);
  EXPECT_EQ(allowed_seconds(Effort::normal, 1000), 3);
}

TEST(Plan, SecondsGrowWithNetsStepsAndWeights) {
  const Shape shape{.rows = 1000, .features = 60};
  Plan plan = make_plan(Effort::normal, shape);
  const double once = seconds_of(plan, shape);
  plan.deals = 2;
  const double twice = seconds_of(plan, shape);
  EXPECT_GT(twice, once);
  plan.deals = 3;
  EXPECT_NEAR(seconds_of(plan, shape) - twice, twice - once, 1e-9);
  for (Way& way : plan.ways) way.epochs *= 2;
  EXPECT_NEAR(seconds_of(plan, shape), 2 * (2 * twice - once), 1e-9);
  Shape wide = shape;
  wide.features = 600;
  EXPECT_GT(seconds_of(plan, wide), 2 * seconds_of(plan, shape));
}

TEST(Join, GivesTheMeanOfNumbersAndOfProbabilities) {
  Engine engine({.threads = 1});
  for (const bool classes : {false, true}) {
    const std::int64_t outputs = classes ? 3 : 1;
    const auto task = classes ? data::Task::classification : data::Task::regression;
    std::vector<nn::Model> nets;
    for (std::uint64_t seed : {1, 2, 3})
      nets.push_back(
          nn::make_model(nn::with_output(nn::parse_net("4 tanh"), outputs), {3}, {.dtype = DType::f64, .seed = seed}));
    TrainedModel model;
    model.task = task, model.loss = classes ? loss::cross_entropy : loss::mse;
    if (classes) model.class_names = {"a", "b", "c"};
    const Tensor features = sample(classes).features;
    std::vector<double> mean(static_cast<std::size_t>(24 * outputs));
    for (const nn::Model& net : nets) {
      model.network = net;
      const Tensor one = predict(engine, model, features);
      for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += one.number(static_cast<std::int64_t>(i)) / 3;
    }
    model.network = join(nets, task);
    const Tensor all = predict(engine, model, features);
    for (std::size_t i = 0; i < mean.size(); ++i) EXPECT_NEAR(all.number(static_cast<std::int64_t>(i)), mean[i], 1e-14);
    EXPECT_EQ(nn::parse_net(nn::print_net(model.network.net)), model.network.net);
  }
}

TEST(Mixed, IsTheNumberItsBinsAndItsLevels) {
  data::Encoder encoder;
  encoder.recipe = data::parse_encoder("mixed bins 2 levels 4");
  const std::vector<double> cells = {1, 1, 1, 2, 2, 2, 4, 4, 4};  // quantiles 1, 2, 4; mean 7/3, deviation sqrt(14)/3
  encoder.kind().fit_numbers(encoder.recipe.keys, cells, "x", encoder);
  EXPECT_EQ(encoder.names("x"), (std::vector<std::string>{"x", "x bin 1", "x bin 2", "x=1", "x=2", "x=4"}));
  EXPECT_EQ(data::count_levels(encoder), 3);
  const std::vector<double> rows = {1, 3, 4, 9};
  std::vector<double> found(rows.size() * 6);
  encoder.encode(rows, found);
  const double d = std::sqrt(14.0) / 3, m = 7.0 / 3;
  const std::vector<double> wanted = {(1 - m) / d, 0, 0, 1, 0, 0, (3 - m) / d, 1, 0.5, 0, 0, 0,
                                      (4 - m) / d, 1, 1, 0, 0, 1, (9 - m) / d, 1, 1,   0, 0, 0};
  for (std::size_t i = 0; i < wanted.size(); ++i) EXPECT_NEAR(found[i], wanted[i], 1e-12) << i;
  encoder.recipe = data::parse_encoder("mixed bins 2 levels 2");  // more levels than are wanted
  encoder.kind().fit_numbers(encoder.recipe.keys, cells, "x", encoder);
  EXPECT_EQ(data::count_levels(encoder), 0);
  EXPECT_EQ(encoder.width(), 3);
}

TEST(Coslog, IsZeroAtTheEndsOfItsCycles) {
  const optim::ScheduleRun run(optim::parse_schedule("coslog 4"));
  for (const std::int64_t step : {0, 100, 300, 700, 1500}) EXPECT_NEAR(run.factor({step, 1500, 10}), 0, 1e-12) << step;
  // Half a cycle: 1 + 15 t = 2^1.5.
  EXPECT_NEAR(run.factor({183, 1500, 10}), 1, 1e-4);
}

}  // namespace
}  // namespace gradus::tables
