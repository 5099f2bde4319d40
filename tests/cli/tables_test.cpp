// Tables as people have them: gaps, units, dates, ids.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <sstream>

#include "gradus/learn/json/value.hpp"
#include "tests/cli/program.hpp"

namespace gradus::cli {
namespace {

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

bool says(const std::string& text, const std::string& words) { return text.find(words) != std::string::npos; }

constexpr const char* names = "id,name,when,km,fuel,price\n";

/// Cells of one car; of every kind of column.
std::vector<std::string> car(int i) {
  return {std::to_string(i + 1),
          "Car " + std::to_string(i),
          std::to_string(i % 28 + 1) + "/" + std::to_string(i % 12 + 1) + "/2020",
          "\"" + std::to_string(i * 7 % 90) + ",500 kms\"",
          i % 3 == 0 ? "diesel" : "gas",
          "$" + std::to_string(9000 - i * 100)};
}

/// `share` of the cells empty, as `random` has it.
std::string table(int rows, double share, std::mt19937_64& random) {
  std::bernoulli_distribution gap(share);
  std::string text = names;
  for (int i = 0; i < rows; ++i) {
    const std::vector<std::string> cells = car(i);
    for (std::size_t k = 0; k < cells.size(); ++k)
      text += (k > 0 ? "," : "") + (gap(random) ? std::string() : cells[k]);
    text += "\n";
  }
  return text;
}

TEST(Tables, PredictGivesALineForEveryRowWhateverIsMissing) {
  const test::Program gradus;
  std::mt19937_64 random(3);
  gradus.folder.write("whole.csv", table(40, 0, random));
  gradus.folder.write("gaps.csv", table(40, 0.2, random));
  for (const std::string learnt : {"whole.csv", "gaps.csv"}) {
    const test::Ended trained = gradus("train " + learnt + " --epochs 2 -o m.gradus");
    ASSERT_EQ(trained.code, 0) << trained.err;
    for (const double share : {0.0, 0.1, 0.5, 1.0}) {
      gradus.folder.write("new.csv", table(40, share, random));
      const test::Ended ended = gradus("predict m.gradus new.csv");
      EXPECT_EQ(ended.code, 0) << ended.err;
      const std::vector<std::string> found = lines(ended.out);
      EXPECT_EQ(found.size(), 41U) << share;
      for (std::size_t i = 1; i < found.size(); ++i) EXPECT_TRUE(std::isfinite(std::stod(found[i]))) << found[i];
    }
  }
}

TEST(Tables, RowsWithoutATargetAreLeftOutOfAllButPredict) {
  const test::Program gradus;
  std::string text = "x,y\n";
  for (int i = 0; i < 30; ++i)
    text += std::to_string(i % 7) + "," + (i % 10 == 2 ? "" : std::to_string(3 * (i % 7))) + "\n";
  gradus.folder.write("t.csv", text);
  const test::Ended trained = gradus("train t.csv --epochs 20 -o m.gradus");
  EXPECT_TRUE(says(trained.err, "column \"y\" of t.csv: 3 rows say nothing of the target and are left out"))
      << trained.err;
  EXPECT_TRUE(says(gradus("evaluate m.gradus t.csv").out, "27 rows"));
  EXPECT_EQ(lines(gradus("predict m.gradus t.csv").out).size(), 31U);
  // Rows keep their numbers in the file.
  const test::Ended explained = gradus("explain m.gradus t.csv --row 5");
  EXPECT_TRUE(says(explained.out, "row 5 of t.csv") && says(explained.out, "y 12")) << explained.out << explained.err;
  const test::Ended refused = gradus("explain m.gradus t.csv --row 3");
  EXPECT_EQ(refused.code, 3);
  EXPECT_TRUE(says(refused.err, "--row 3: found a row that says nothing of the target")) << refused.err;
  EXPECT_TRUE(says(refused.err, "try: --row 1"));
}

TEST(Tables, TheTargetIsWhatItSaysItIs) {
  const test::Program gradus;
  std::string two = "x,y\n", few = "x,y\n", skewed = "x,y\n";
  for (int i = 0; i < 40; ++i) {
    const std::string x = std::to_string(i * 7 % 40) + ",";
    two += x + (i * 7 % 40 < 20 ? "0.0" : "1.0") + "\n";
    few += x + std::to_string(i % 4) + "\n";
    skewed += x + std::to_string(std::exp(0.2 * (i * 7 % 40))) + "\n";
  }
  gradus.folder.write("two.csv", two), gradus.folder.write("few.csv", few), gradus.folder.write("skewed.csv", skewed);
  const test::Ended classes = gradus("train two.csv --epochs 100 -o two.gradus");
  EXPECT_TRUE(says(classes.err, "classification, since the target \"y\" has two values; --task regression"))
      << classes.err;
  EXPECT_TRUE(lines(gradus("predict two.gradus two.csv").out)[1].starts_with("0.0,"));
  EXPECT_TRUE(says(gradus("train two.csv --task regression --epochs 1 -o r.gradus").err, "y: regression"));
  EXPECT_TRUE(says(gradus("train few.csv --epochs 1 -o few.gradus").err, "if they are classes: --task classification"));
  EXPECT_EQ(gradus("train few.csv --task classification --epochs 1 -o few.gradus").code, 0);

  EXPECT_TRUE(says(gradus("train skewed.csv --epochs 1 -o s.gradus").err, "--log-target"));
  const test::Ended logs = gradus("train skewed.csv --log-target --epochs 300 --valid 0 -o s.gradus");
  ASSERT_EQ(logs.code, 0) << logs.err;
  // In units of the data: the smallest is 1, the greatest e^7.8.
  const std::vector<std::string> found = lines(gradus("predict s.gradus skewed.csv").out);
  EXPECT_NEAR(std::log(std::stod(found[1])), 0, 0.2);
  const std::string evaluated = gradus("evaluate s.gradus skewed.csv").out;
  EXPECT_TRUE(says(evaluated, "R2 1.0000")) << evaluated;
  EXPECT_TRUE(says(gradus("inspect s.gradus").out, "log: mean")) << gradus("inspect s.gradus").out;
  // What is said of an epoch is in those units too: that of the one that was kept is what is said of the model.
  for (const char* flags : {"", "--log-target"}) {
    const json::Value told =
        json::parse(gradus("train skewed.csv --epochs 12 --json -o s.gradus " + std::string(flags)).out, "train");
    const json::Value& kept =
        told.at("history").array().at(static_cast<std::size_t>(told.at("best_epoch").number()) - 1);
    const json::Value& model = told.at("evaluations").at("validation").at("model");
    for (const char* metric : {"r2", "mae"}) {
      const double wanted = model.at(metric).number();
      EXPECT_NEAR(kept.at("validation").at(metric).number(), wanted, 1e-4 * std::fabs(wanted)) << flags << metric;
    }
  }
  const test::Ended refused = gradus("train two.csv --log-target --task classification -o r.gradus");
  EXPECT_EQ(refused.code, 2);
  EXPECT_TRUE(says(refused.err, "--log-target"));
}

TEST(Tables, AConfigurationFileHasARuleForEveryColumn) {
  const test::Program gradus;
  std::mt19937_64 random(3);
  gradus.folder.write("t.csv", table(40, 0.1, random));
  const test::Ended made = gradus("config new t.csv --seed 7 --ignore name");
  ASSERT_EQ(made.code, 0) << made.err;
  for (const char* line :
       {"target = \"price\"", "task = \"regression\"", "ignore = \"name\"", "seed = 7", "# net = \"64 relu, 64 relu\"",
        "when = \"date order dmy\"", "km = \"standard\"", "fuel = \"one_hot\"", "id = \"ignored reason identifier\""}) {
    EXPECT_TRUE(says(made.out, std::string("\n") + line)) << line << "\n" << made.out;
  }
  gradus.folder.write("run.toml", made.out);
  ASSERT_EQ(gradus("train t.csv --config run.toml --epochs 5 -o a.gradus").code, 0);
  ASSERT_EQ(gradus("train t.csv --seed 7 --ignore name --epochs 5 -o b.gradus").code, 0);
  EXPECT_EQ(gradus("predict a.gradus t.csv").out, gradus("predict b.gradus t.csv").out);
  // A rule that is changed is obeyed.
  std::string changed = made.out;
  const std::string from = "km = \"standard\"";
  changed.replace(changed.find(from), from.size(), "km = \"piecewise bins 3\"");
  gradus.folder.write("run.toml", changed);
  ASSERT_EQ(gradus("train t.csv --config run.toml --epochs 5 -o a.gradus").code, 0);
  EXPECT_TRUE(says(gradus("inspect a.gradus").out, "piecewise bins 3: mean")) << gradus("inspect a.gradus").out;

  gradus.folder.write("wrong.toml", "[columns]\nkm = \"robst\"\n");
  const test::Ended refused = gradus("train t.csv --config wrong.toml -o a.gradus");
  EXPECT_EQ(refused.code, 2);
  EXPECT_TRUE(says(refused.err, "wrong.toml:2") && says(refused.err, "robust")) << refused.err;
  gradus.folder.write("wrong.toml", "[columns]\nkn = \"robust\"\n");
  EXPECT_TRUE(says(gradus("train t.csv --config wrong.toml -o a.gradus").err, "no column \"kn\""));
}

TEST(Tables, FlagsTakeColumnsInAndSayHowNumbersAreEncoded) {
  const test::Program gradus;
  std::mt19937_64 random(3);
  gradus.folder.write("t.csv", table(40, 0, random));
  const test::Ended plain = gradus("train t.csv --epochs 1 -o m.gradus");
  EXPECT_TRUE(says(plain.err,
                   "left out: \"id\" (counts the rows), \"name\" (another one in nearly every row); --keep "
                   "id,name takes them in"))
      << plain.err;
  EXPECT_TRUE(says(gradus("train t.csv --keep id,name --epochs 1 -o m.gradus").err, "numbers: id, km"));
  EXPECT_EQ(gradus("train t.csv --keep ids --epochs 1 -o m.gradus").code, 2);
  ASSERT_EQ(gradus("train t.csv --numbers 'robust clip 2' --epochs 1 -o m.gradus").code, 0);
  EXPECT_TRUE(says(gradus("inspect m.gradus").out, "robust clip 2: mean"));
  const test::Ended refused = gradus("train t.csv --numbers one_hot --epochs 1 -o m.gradus");
  EXPECT_EQ(refused.code, 2);
  EXPECT_TRUE(says(refused.err, "--numbers: found the encoder one_hot; expected one of numbers")) << refused.err;
  EXPECT_TRUE(says(gradus("encoders quantile").out, "--set 'columns.NAME=quantile quantiles 1000'"))
      << gradus("encoders quantile").out;
}

}  // namespace
}  // namespace gradus::cli
