// What predict, evaluate, explain and inspect write of numbers.
#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "gradus/learn/json/value.hpp"
#include "tests/cli/program.hpp"

namespace gradus {
namespace {

std::vector<double> column(const std::string& csv) {
  std::vector<double> out;
  std::istringstream in(csv);
  std::string line;
  std::getline(in, line);
  while (std::getline(in, line)) out.push_back(std::stod(line));
  return out;
}

/// y = base + step (3 x - 1), x = -0.95, -0.85, ...; as text with all digits.
std::string line_csv(double base, double step) {
  std::ostringstream out;
  out.precision(17);
  out << "x,y\n";
  for (int i = 0; i < 20; ++i) out << 0.1 * i - 0.95 << ',' << base + step * (3 * (0.1 * i - 0.95) - 1) << '\n';
  return out.str();
}

TEST(Predictions, CarryTheErrorThatEvaluateSays) {
  for (const auto& [base, step] : {std::pair(1.6e9, 1.0), std::pair(-5e6, 0.02), std::pair(8e14, 1e4)}) {
    const test::Program gradus;
    gradus.folder.write("t.csv", line_csv(base, step));
    ASSERT_EQ(gradus("train t.csv --valid 0 --net '' --epochs 1500 --rate 0.02 -o m.gradus").code, 0);
    const json::Value said = json::parse(gradus("evaluate m.gradus t.csv --json").out, "evaluate");
    const auto written = column(gradus("predict m.gradus t.csv").out);
    const json::Value document = json::parse(gradus("predict m.gradus t.csv --json").out, "predict");
    const json::Array& objects = document.at("predictions").array();
    ASSERT_EQ(written.size(), 20U);
    double mae = 0;
    for (std::size_t i = 0; i < 20; ++i) {
      EXPECT_EQ(objects[i].number(), written[i]) << "CSV and JSON say the same number";
      const double x = 0.1 * static_cast<double>(i) - 0.95;
      mae += std::fabs(written[i] - (base + step * (3 * x - 1))) / 20;
    }
    EXPECT_NEAR(mae, said.at("evaluation").at("mae").number(), 0.01 * mae + 1e-15 * std::fabs(base));
    EXPECT_LT(mae, 0.01 * step);
  }
}

TEST(Predictions, ThatAreNotFiniteAreNamedAndEndWithOne) {
  const test::Program gradus;
  // Features are finite in f32, but not what large weights make of them.
  ASSERT_EQ(gradus("train cars.csv --init 'normal 1' --epochs 0 -o m.gradus").code, 0);
  ASSERT_EQ(gradus("train cars.csv --target fuel --init 'normal 1' --epochs 0 -o fuel.gradus").code, 0);
  gradus.folder.write("far.csv", "kilometres,fuel,age,price\n1e43,diesel,3,4\n5,diesel,3,5\n5,gasoline,1e39,4\n");
  for (const char* verb : {"predict m.gradus", "predict fuel.gradus --probabilities", "predict m.gradus --json",
                           "evaluate m.gradus", "evaluate fuel.gradus --json", "predict m.gradus -o out.csv"}) {
    const test::Ended ended = gradus(std::string(verb) + " far.csv");
    EXPECT_EQ(ended.code, 1) << verb << '\n' << ended.err;
    EXPECT_NE(ended.err.find("found 2 of 3 predictions that are not finite, of rows 1, 3;"), std::string::npos)
        << verb << '\n'
        << ended.err;
  }
  // The rows that could be predicted are there, each in its place.
  const auto whole = column(gradus("predict m.gradus far.csv").out),
             alone = column(gradus("predict m.gradus cars.csv").out);
  ASSERT_EQ(whole.size(), 3U);
  EXPECT_TRUE(!std::isfinite(whole[0]) && std::isfinite(whole[1]) && !std::isfinite(whole[2]));
  EXPECT_EQ(alone.size(), 5U);
  EXPECT_EQ(gradus("predict fuel.gradus far.csv").out.find("fuel,probability\n,nan\n"), 0U);
}

TEST(Predictions, ProbabilitiesKeepTheirDigits) {
  const test::Program gradus;
  ASSERT_EQ(gradus("train cars.csv --target fuel --epochs 300 -o fuel.gradus").code, 0);
  std::istringstream in(gradus("predict fuel.gradus cars.csv --probabilities").out);
  const json::Value document = json::parse(gradus("predict fuel.gradus cars.csv --probabilities --json").out, "json");
  std::string line;
  std::getline(in, line);
  for (const json::Value& row : document.at("predictions").array()) {
    std::getline(in, line);
    std::istringstream fields(line);
    std::string field;
    std::getline(fields, field, ',');
    for (const double expected : {row.at("probability").number(), row.at("probabilities").array()[0].number(),
                                  row.at("probabilities").array()[1].number()}) {
      std::getline(fields, field, ',');
      EXPECT_EQ(std::stod(field), expected);
      EXPECT_LE(field.size(), 15U) << "as few digits as f32 has: " << field;
    }
  }
}

TEST(Predictions, ExplainAndInspectTellLargeOffsetsApart) {
  const test::Program gradus;
  gradus.folder.write("t.csv", line_csv(1.6e12, 1000));
  ASSERT_EQ(gradus("train t.csv --valid 0 --net '' --epochs 1500 --rate 0.02 -o m.gradus").code, 0);
  const std::string explained = gradus("explain m.gradus t.csv --row 7").out;
  // x = -0.35: 1.6e12 + 1000 (-1.05 - 1)
  EXPECT_NE(explained.find("target: y 1599999997950, encoded"), std::string::npos) << explained;
  EXPECT_NE(explained.find("which is y 15999999979"), std::string::npos) << explained;
  // The mean of x is 0, so that of y is 1.6e12 - 1000; its deviation 3000 sqrt((20^2 - 1) / 12) / 10.
  const std::string inspected = gradus("inspect m.gradus").out;
  EXPECT_NE(inspected.find("mean 1599999999000, deviation 1729.8843"), std::string::npos) << inspected;
}

}  // namespace
}  // namespace gradus
