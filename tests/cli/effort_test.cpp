// gradus train of a table with nothing said of a net.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "gradus/learn/json/value.hpp"
#include "tests/cli/program.hpp"

namespace gradus::cli {
namespace {

bool says(const std::string& text, const std::string& words) { return text.find(words) != std::string::npos; }

/// 60 rows: a number, a group that is a whole number, a text with gaps; a target that bends, or a class.
std::string table(bool classes) {
  std::string text = "size,group,kind,y\n";
  for (int i = 0; i < 60; ++i) {
    const double size = std::sin(12.9 * i) * 10;
    const double y = std::fabs(size) * 3 + i * 7 % 4 * 5;
    text += std::to_string(size) + "," + std::to_string(i * 7 % 4) + "," +
            (i % 11 == 0  ? ""
             : i % 3 == 0 ? "a"
                          : "b") +
            ",";
    text += classes ? (y > 25 ? "high" : "low") : std::to_string(y);
    text += "\n";
  }
  return text;
}

TEST(Effort, TrainsSavesOneFileAndPredictsEveryRow) {
  const test::Program gradus;
  for (const bool classes : {false, true}) {
    gradus.folder.write("t.csv", table(classes));
    const test::Ended ended = gradus("train t.csv --json -o m.gradus");
    ASSERT_EQ(ended.code, 0) << ended.err;
    EXPECT_TRUE(says(ended.err, "effort     quick: 5 nets")) << ended.err;
    const json::Value found = json::parse(ended.out, "train");
    const json::Value& effort = found.at("effort");
    EXPECT_EQ(effort.at("name").text(), "quick");
    EXPECT_EQ(found.at("validation_rows").number(), 60);
    EXPECT_EQ(found.at("rows").number(), 60);
    double least = 1e300, chosen = 1e300;
    for (const json::Value& one : effort.at("candidates").array()) {
      least = std::fmin(least, one.at("loss").number());
      if (one.at("name").text() == effort.at("chosen").text()) chosen = one.at("loss").number();
    }
    EXPECT_EQ(chosen, least);
    const test::Ended again = gradus("train t.csv --json -o again.gradus");
    EXPECT_EQ(json::write(json::parse(again.out, "train").at("effort")), json::write(effort));
    const test::Ended predicted = gradus("predict m.gradus t.csv");
    ASSERT_EQ(predicted.code, 0) << predicted.err;
    EXPECT_EQ(std::count(predicted.out.begin(), predicted.out.end(), '\n'), 61);
    for (const char* verb : {"evaluate m.gradus t.csv", "inspect m.gradus", "explain m.gradus t.csv --row 1"})
      EXPECT_EQ(gradus(verb).code, 0) << verb << gradus(verb).err;
  }
}

TEST(Effort, LeavesWhatIsSaidOfOneNetAsItIs) {
  const test::Program gradus;
  gradus.folder.write("t.csv", table(false));
  for (const std::string said :
       {"--net \"8 relu\" --epochs 2", "--epochs 2", "--rate 0.01 --steps 5", "--valid 0 --epochs 2"}) {
    const test::Ended ended = gradus("train t.csv " + said + " -o m.gradus");
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_TRUE(says(ended.err, "network    ")) << said << ended.err;
    EXPECT_FALSE(says(ended.err, "effort  ")) << said;
  }
  const test::Ended five = gradus("train cars.csv -o m.gradus");  // too few rows to be split
  EXPECT_TRUE(five.code == 0 && says(five.err, "network    ")) << five.err;
}

TEST(Effort, SaysWhatDoesNotGoTogether) {
  const test::Program gradus;
  gradus.folder.write("t.csv", table(false));
  const std::pair<const char*, const char*> wrong[] = {
      {"train t.csv --effort best --net 8", "--effort: found it beside --net"},
      {"train t.csv --within 1s --epochs 3", "--within: found it beside --epochs"},
      {"train t.csv --effort quick --valid 0", "no rows held back"},
      {"train t.csv --effort much", "quick or normal or best"},
      {"train cars.csv --effort quick", "found 5 rows; expected a table of 10 rows at least"},
  };
  for (const auto& [arguments, words] : wrong) {
    const test::Ended ended = gradus(std::string(arguments) + " -o m.gradus");
    EXPECT_EQ(ended.code, 2) << arguments << ended.err;
    EXPECT_TRUE(says(ended.err, words)) << ended.err;
  }
}

// The trivial answer is what is left where nothing can be learnt.
TEST(Effort, IsNoWorseThanTheTrivialAnswer) {
  const test::Program gradus;
  std::string text = "a,b,y\n";
  for (int i = 0; i < 40; ++i) {
    text += std::to_string(std::sin(99.7 * i)) + "," + std::to_string(std::cos(71.3 * i * i)) + "," +
            std::to_string(std::sin(1234.5 * i * i)) + "\n";
  }
  gradus.folder.write("noise.csv", text);
  const test::Ended ended = gradus("train noise.csv --json -o m.gradus");
  ASSERT_EQ(ended.code, 0) << ended.err;
  const json::Value found = json::parse(ended.out, "train");
  EXPECT_GT(found.at("evaluations").at("validation").at("model").at("r2").number(), -0.15);
}

}  // namespace
}  // namespace gradus::cli
