// Text stays text, from the file that is learnt from to the predictions; types are those of the model.
#include <gtest/gtest.h>

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

/// y = 10 for plant 007, -10 for 7, 30 for NA: one category each, or y cannot be learnt.
std::string plants() {
  std::string text = "plant,x,y\n";
  for (int i = 0; i < 60; ++i) {
    const char* const name = i % 3 == 0 ? "007" : i % 3 == 1 ? "7" : "NA";
    const int y = i % 3 == 0 ? 10 : i % 3 == 1 ? -10 : 30;
    text += std::string(name) + "," + std::to_string(i % 7) + "," + std::to_string(y) + "\n";
  }
  return text;
}

TEST(Texts, ACategoricalColumnKeepsItsZerosAndMarks) {
  const test::Program gradus;
  gradus.folder.write("plants.csv", plants());
  gradus.folder.write("new.csv", "x,plant\n3,7\n3,007\n");  // digits alone
  gradus.folder.write("mark.csv", "x,plant\n3,NA\n");
  ASSERT_EQ(gradus("train plants.csv --categorical plant --epochs 150 --valid 0 -o m.gradus").code, 0);
  const auto rows = lines(gradus("predict m.gradus new.csv").out);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_NEAR(std::stod(rows[1]), -10, 1);
  EXPECT_NEAR(std::stod(rows[2]), 10, 1);
  const auto mark = lines(gradus("predict m.gradus mark.csv").out);
  ASSERT_EQ(mark.size(), 2U);
  EXPECT_NEAR(std::stod(mark[1]), 30, 1);
}

TEST(Texts, ClassesComeBackAsTheyWereWritten) {
  const test::Program gradus;
  std::string text = "x,grade\n";
  for (int i = 0; i < 60; ++i)
    text += std::to_string(i % 3) + (i % 3 == 0 ? ",01\n" : i % 3 == 1 ? ",1.50\n" : ",\"N/A\"\n");
  gradus.folder.write("grades.csv", text);
  ASSERT_EQ(gradus("train grades.csv --task classification --epochs 150 -o m.gradus").code, 0);
  gradus.folder.write("new.csv", "x\n0\n1\n2\n");
  const test::Ended ended = gradus("predict m.gradus new.csv");
  const auto rows = lines(ended.out);
  ASSERT_EQ(rows.size(), 4U) << ended.err;
  EXPECT_TRUE(rows[1].starts_with("01,")) << rows[1];
  EXPECT_TRUE(rows[2].starts_with("1.50,")) << rows[2];
  EXPECT_TRUE(rows[3].starts_with("\"N/A\",")) << rows[3];  // in quotes, so that it is read as a text again
  EXPECT_NE(gradus("predict m.gradus new.csv --json").out.find("\"class\": \"01\""), std::string::npos);
  EXPECT_NE(gradus("evaluate m.gradus grades.csv").out.find("accuracy 100.00 %"), std::string::npos);
}

TEST(Texts, RowsWithoutAClassAreLeftOutUnlessNAIsOne) {
  const test::Program gradus;
  gradus.folder.write("t.csv", "x,land\n1,DE\n2,NA\n3,DE\n4,NA\n");
  const std::string train = "train t.csv --epochs 1 --valid 0 -o m.gradus";
  const test::Ended single = gradus(train);
  EXPECT_EQ(single.code, 3);
  EXPECT_NE(single.err.find("found the single class \"DE\""), std::string::npos) << single.err;
  EXPECT_EQ(gradus(train + " --categorical land").code, 0);
  gradus.folder.write("t.csv", "x,land\n1,DE\n2,\"NA\"\n3,DE\n4,\"NA\"\n");
  EXPECT_EQ(gradus(train).code, 0);
}

TEST(Texts, ColumnsThatTheModelDoesNotUseMayBeMissingOrBroken) {
  const test::Program gradus;
  std::string text = "note,a,b,unit,y\n";
  for (int i = 0; i < 30; ++i) {
    text += "n" + std::to_string(i) + "," + std::to_string(i % 5) + "," + std::to_string(i % 3) + ",kg," +
            std::to_string(2 * (i % 5) - i % 3) + "\n";
  }
  gradus.folder.write("t.csv", text);
  const test::Ended trained = gradus("train t.csv --ignore note --epochs 2 --valid 0 -o m.gradus");
  ASSERT_EQ(trained.code, 0);
  EXPECT_NE(trained.err.find("not used   note, unit\n"), std::string::npos) << trained.err;
  gradus.folder.write("whole.csv", "note,a,b,unit\nx,1,2,kg\n");
  const std::string whole = gradus("predict m.gradus whole.csv").out;
  EXPECT_EQ(lines(whole).size(), 2U);
  const std::string broken[] = {
      "a,b\n1,2\n",          "b,unit,a\n2,,1\n", "note,a,unit,b\n1e400,1,t,2\n", "note,a,b,unit\nM\xfcller,1,2,\xb5g\n",
      ",a,b,b.1\n0,1,2,?\n", "2020,a,b\nz,1,2\n"};
  for (const std::string& file : broken) {
    gradus.folder.write("new.csv", file);
    const test::Ended ended = gradus("predict m.gradus new.csv");
    EXPECT_EQ(ended.out, whole) << file << ended.err;
  }
  // Of a column that is used, what cannot be read is filled and said: a line out for every row.
  gradus.folder.write("new.csv", "a,b\n1,2\n,2\n3,two\n");
  const test::Ended filled = gradus("predict m.gradus new.csv");
  EXPECT_EQ(filled.code, 0);
  EXPECT_EQ(lines(filled.out).size(), 4U);
  EXPECT_NE(filled.err.find("1 of 3 cells are no numbers, the first in line 4: \"two\""), std::string::npos)
      << filled.err;
  EXPECT_NE(filled.err.find("missing values filled: \"a\" (1 by 2), \"b\" (1 by 1)"), std::string::npos) << filled.err;
}

}  // namespace
}  // namespace gradus
