// predict as a filter: a line a row, whatever the row looks like.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <sstream>

#include "tests/cli/program.hpp"

namespace gradus {
namespace {

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

TEST(Filter, GivesALineForEveryRowAndSaysAtTheEndWhatWasGuessed) {
  const test::Program gradus;
  ASSERT_EQ(gradus("train cars.csv --epochs 20 -o m.gradus").code, 0);
  ASSERT_EQ(gradus("train cars.csv --target fuel --epochs 20 -o fuel.gradus").code, 0);
  gradus.folder.write("new.csv",
                      "kilometres,fuel,age,price\n38000,gasoline,3,1\n,gasoline,3,1\n38000,wood,3,1\n38000,gasoline,3\n"
                      "38000,gasoline,3,1,2\n\n38000,gasoline,three,1\n38000,\"gas\"oline,3,1\n38000,gasoline,3,1\n\n");
  const test::Ended ended = gradus("predict m.gradus new.csv");
  EXPECT_EQ(ended.code, 0) << ended.err;
  const auto rows = lines(ended.out);
  ASSERT_EQ(rows.size(), 10U) << ended.out;
  EXPECT_EQ(rows[1], rows[9]);
  EXPECT_EQ(rows[1], rows[4]) << "the column of the target is not read";
  for (const std::size_t broken : {5U, 6U, 8U}) EXPECT_EQ(rows[broken], "nan") << broken;
  for (const std::size_t guessed : {2U, 3U, 7U}) EXPECT_NE(rows[guessed], "nan") << guessed;
  for (const char* said : {
           "3 rows without a prediction, which cannot be read, the first: new.csv:6:1: found 5 fields; expected 4 "
           "fields",
           "1 of 6 categories were not in the training rows, the first \"wood\" in line 4",
           "1 of 6 cells are no numbers, the first in line 8: \"three\"",
           "missing values filled: \"kilometres\" (1 by 52000), \"age\" (1 by 5)",
           "1 row with fewer fields than columns, the first in new.csv:5:1",
       }) {
    EXPECT_NE(ended.err.find(said), std::string::npos) << said << " in " << ended.err;
  }
  EXPECT_EQ(gradus("predict m.gradus new.csv --json").code, 0);
  const auto classes = lines(gradus("predict fuel.gradus new.csv --probabilities").out);
  ASSERT_EQ(classes.size(), 10U);
  EXPECT_EQ(classes[5], ",nan,nan,nan");
}

TEST(Filter, ReadsAPipeAsAFileAndTakesReadingFlags) {
  const test::Program gradus;
  ASSERT_EQ(gradus("train cars.csv --epochs 20 -o m.gradus").code, 0);
  const std::string wanted = gradus("predict m.gradus cars.csv").out;
  EXPECT_EQ(gradus("predict m.gradus - < cars.csv").out, wanted);
  std::string other = gradus.folder.read("cars.csv");
  std::replace(other.begin(), other.end(), ',', '/');
  gradus.folder.write("other.csv", other);
  EXPECT_EQ(gradus("predict m.gradus other.csv --delimiter /").out, wanted);
  EXPECT_EQ(gradus("evaluate m.gradus other.csv --delimiter / --json").code, 0);
  gradus.folder.write("gap.csv", "kilometres,fuel,age\n-9,gasoline,3\n");
  EXPECT_EQ(gradus("predict m.gradus gap.csv --missing=-9").err,
            "note: gap.csv: missing values filled: \"kilometres\" (1 by 52000)\n");
}

TEST(Filter, KeepsTheOldFileWhereTheDataEndsBadly) {
  const test::Program gradus;
  ASSERT_EQ(gradus("train cars.csv --epochs 1 -o m.gradus").code, 0);
  gradus.folder.write("out.csv", "before");
  ASSERT_EQ(gradus("predict m.gradus no-such.csv -o out.csv").code, 3);
  EXPECT_EQ(gradus.folder.read("out.csv"), "before");
  gradus.folder.write("wrong.csv", "kilometres,age\n1,2\n");
  ASSERT_EQ(gradus("predict m.gradus wrong.csv -o out.csv").code, 3);
  EXPECT_EQ(gradus.folder.read("out.csv"), "before");
  EXPECT_EQ(gradus("predict m.gradus wrong.csv").out, "");
}

/// y = 3 x + e, e = -4, ..., 4 in turn: rows in any order have such errors.
std::string noisy_line(int rows, int first) {
  std::string out = "x,y\n";
  for (int i = first; i < first + rows; ++i) {
    const int x = i * 37 % 101, e = i * 5 % 9 - 4;
    out += std::to_string(x) + "," + std::to_string(3 * x + 100 + e) + "\n";
  }
  return out;
}

TEST(Filter, IntervalsHoldTheirShareOfNewRows) {
  const test::Program gradus;
  gradus.folder.write("line.csv", noisy_line(900, 0));
  gradus.folder.write("new.csv", noisy_line(900, 1000));
  for (const std::string target : {"", " --log-target"}) {
    ASSERT_EQ(gradus("train line.csv --net '' --valid 0.3 --epochs 60 -o line.gradus" + target).code, 0);
    const auto targets = lines(gradus.folder.read("new.csv"));
    const test::Ended ended = gradus("predict line.gradus new.csv --interval 0.9");
    const auto rows = lines(ended.out);
    ASSERT_EQ(rows.size(), 901U) << ended.err;
    EXPECT_EQ(rows[0], "y,from,to");
    int inside = 0;
    for (std::size_t i = 1; i < rows.size(); ++i) {
      double value = 0, from = 0, to = 0;
      ASSERT_EQ(std::sscanf(rows[i].c_str(), "%lf,%lf,%lf", &value, &from, &to), 3) << rows[i];
      EXPECT_LE(from, value);
      EXPECT_LE(value, to);
      const double y = std::stod(targets[i].substr(targets[i].find(',') + 1));
      inside += y >= from && y <= to ? 1 : 0;
    }
    // 270 rows held out and 900 new ones: four deviations of the share covered are about 0.08.
    EXPECT_NEAR(inside / 900.0, 0.9, 0.1) << target;
  }
}

TEST(Filter, IntervalsThatCannotBeSayWhy) {
  const test::Program gradus;
  gradus.folder.write("line.csv", noisy_line(60, 0));
  ASSERT_EQ(gradus("train line.csv --valid 0.2 --epochs 2 -o line.gradus").code, 0);
  ASSERT_EQ(gradus("train line.csv --valid 0 --epochs 2 -o all.gradus").code, 0);
  ASSERT_EQ(gradus("train cars.csv --target fuel --epochs 2 -o fuel.gradus").code, 0);
  EXPECT_EQ(gradus("predict line.gradus line.csv --interval 0.99").err,
            "--interval 0.99: found a model with 12 rows held back; expected at least 99; try: --interval 0.92\n");
  EXPECT_EQ(gradus("predict line.gradus line.csv --interval 0.92").code, 0);
  EXPECT_EQ(gradus("predict all.gradus line.csv --interval 0.9").code, 2);
  EXPECT_EQ(gradus("predict fuel.gradus cars.csv --interval 0.9").code, 2);
  EXPECT_EQ(gradus("predict line.gradus line.csv --interval 1").code, 2);
  EXPECT_NE(gradus("predict all.gradus line.csv --interval 0.9").err.find("try: gradus train again"),
            std::string::npos);
}

TEST(Filter, EndsQuietlyWhereNobodyReads) {
  const test::Program gradus;
  ASSERT_EQ(gradus("train cars.csv --epochs 1 -o m.gradus").code, 0);
  std::string many = "kilometres,fuel,age\n";
  for (int i = 0; i < 100'000; ++i) many += "38000,gasoline,3\n";
  gradus.folder.write("many.csv", many);
  const test::Ended ended = gradus("predict m.gradus many.csv | head -1");
  EXPECT_EQ(lines(ended.out).size(), 1U);
  EXPECT_EQ(ended.err, "");
}

}  // namespace
}  // namespace gradus
