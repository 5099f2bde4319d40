// Model files that earlier releases wrote, and what those predicted with them. A file of golden/ is never written anew:
// golden/make.py.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>

#include "gradus/learn/data/csv/csv.hpp"
#include "gradus/learn/data/idx/idx.hpp"
#include "gradus/learn/json/value.hpp"
#include "gradus/learn/optim/optimizer.hpp"
#include "gradus/learn/optim/schedule.hpp"
#include "gradus/learn/train/evaluate.hpp"
#include "gradus/learn/train/saved_model.hpp"
#include "tests/support/paths.hpp"

namespace gradus {
namespace {

const std::string folder = GRADUS_TEST_DATA "/learn/io/golden/";

json::Value read_json(const std::string& name) {
  std::ifstream file(folder + name);
  std::stringstream text;
  text << file.rdbuf();
  return json::parse(text.str(), name);
}

/// The rows that the predictions are of.
data::Dataset rows_of(const TrainedModel& model, const std::string& source) {
  const data::Schema& schema = *model.schema;
  if (schema.is_table()) {
    return data::encode(schema, data::read_csv(folder + source, {.read = data::reading(schema, data::WantTarget::no)}),
                        model.network.dtype, data::WantTarget::no)
        .dataset;
  }
  data::Dataset rows;
  rows.source = source;
  rows.features = data::read_idx_file(folder + source + "/t10k-images-idx3-ubyte");
  rows.divisor = schema.divisor;
  rows.task = data::Task::classification;
  rows.class_names = schema.target.classes;
  return rows;
}

/// Another machine may add in another order; products of bf16 matrices round to 8 bits.
double tolerance_of(const nn::Model& network) {
  if (network.products == DType::bf16) return 2e-2;
  return network.dtype == DType::f64 ? 1e-12 : 1e-5;
}

TEST(GoldenModels, PredictWhatTheyPredictedThen) {
  Engine engine({.threads = 1});
  const json::Value index = read_json("models.json");
  EXPECT_GE(index.array().size(), 16U);
  for (const json::Value& one : index.array()) {
    const std::string& name = one.at("name").text();
    SCOPED_TRACE(name);
    const io::Loaded loaded = io::load_with_notes(folder + name + ".gradus");
    EXPECT_TRUE(loaded.notes.empty());
    const TrainedModel& model = loaded.model;
    const Tensor predicted = in_units(model, predict(engine, model, rows_of(model, one.at("data").text())));
    const json::Value expected = read_json(name + ".json");
    ASSERT_EQ(predicted.shape()[0], static_cast<std::int64_t>(expected.array().size()));
    const std::int64_t outputs = predicted.shape()[1];
    for (std::int64_t row = 0; row < predicted.shape()[0]; ++row) {
      const std::vector<double> numbers = expected.array()[static_cast<std::size_t>(row)].numbers();
      ASSERT_EQ(outputs, static_cast<std::int64_t>(numbers.size()));
      for (std::int64_t i = 0; i < outputs; ++i) {
        const double wanted = numbers[static_cast<std::size_t>(i)];
        EXPECT_NEAR(predicted.number(row * outputs + i), wanted,
                    tolerance_of(model.network) * std::max(1.0, std::fabs(wanted)))
            << "row " << row + 1 << ", output " << i + 1;
      }
    }
  }
}

// They took 04 and 4 for the same category, and a file of theirs may have either.
TEST(GoldenModels, StillTakeNumbersForCategories) {
  Engine engine({.threads = 1});
  const TrainedModel model = io::load(folder + "columns.gradus");
  ASSERT_EQ(model.schema->columns[1].read, data::ReadAs::looks);
  const auto prediction = [&](const std::string& doors) {
    data::CsvOptions options;
    options.read = data::reading(*model.schema, data::WantTarget::no);
    const std::string text = "kilometres,doors,price\n12208," + doors + ",21853\n";
    const data::Table table = data::parse_csv(text, "new.csv", options);
    return predict(engine, model, data::encode(*model.schema, table, model.network.dtype, data::WantTarget::no).dataset)
        .number();
  };
  EXPECT_NE(prediction("2"), prediction("4"));
  EXPECT_EQ(prediction("04"), prediction("4"));
  EXPECT_EQ(prediction("5.0"), prediction("5"));
}

// The sentence of those files is the recipe with all its numbers, so that explain and a later training know it.
TEST(GoldenModels, KnowWhatTheyWereTrainedWith) {
  const json::Value index = read_json("models.json");
  for (const json::Value& one : index.array()) {
    const TrainingRecord record = io::load(folder + one.at("name").text() + ".gradus").record;
    EXPECT_EQ(kinds::print_all(optim::parse_optimizer(record.optimizer)), one.at("optimizer").text());
    EXPECT_EQ(kinds::print_all(optim::parse_schedule(record.schedule)), one.at("schedule").text());
  }
}

}  // namespace
}  // namespace gradus
