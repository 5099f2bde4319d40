// Classes that training did not see, and rows that it did.
#include <gtest/gtest.h>

#include <sstream>

#include "gradus/learn/json/value.hpp"
#include "tests/cli/program.hpp"

namespace gradus {
namespace {

/// Rows of x and the class that x says: `names` in turn.
std::string animals(const std::vector<std::string>& names, int rows, int seed = 0) {
  std::string text = "x,z,animal\n";
  for (int i = 0; i < rows; ++i) {
    const auto kind = static_cast<std::size_t>(i) % names.size();
    const double x = 10 * static_cast<double>(kind) + (i * 37 + seed) % 101 / 101.0;
    text += std::to_string(x) + "," + std::to_string((i * 53 + seed) % 97) + "," + names[kind] + "\n";
  }
  return text;
}

bool says(const std::string& text, const std::string& words) { return text.find(words) != std::string::npos; }

TEST(Classes, OfTheFileAloneAreCountedAndListed) {
  const test::Program gradus;
  gradus.folder.write("train.csv", animals({"cat", "dog"}, 60));
  gradus.folder.write("test.csv", animals({"cat", "dog", "wolf", "dog", "fox", "wolf"}, 60, 5));
  ASSERT_EQ(gradus("train train.csv --epochs 100 -o m.gradus").code, 0);
  const test::Ended ended = gradus("evaluate m.gradus test.csv");
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_TRUE(says(ended.out, "30 of them of 2 classes that training never saw: wolf (20 rows), fox (10 rows)"))
      << ended.out;
  const test::Ended document = gradus("evaluate m.gradus test.csv --json");
  ASSERT_EQ(document.code, 0) << document.err;
  const json::Value found = json::parse(document.out, "t");
  EXPECT_EQ(found.at("evaluation").at("rows").integer(), 60);
  EXPECT_EQ(found.at("evaluation").at("unseen").integer(), 30);
  EXPECT_LE(found.at("evaluation").at("accuracy").number(), 0.5);
  EXPECT_EQ(json::write(found.at("unseen_classes")), R"([{"class":"wolf","rows":20},{"class":"fox","rows":10}])");
  EXPECT_EQ(found.at("classes").array().size(), 2U);
}

TEST(Classes, OfOtherRowsDoNotMatterToOneRow) {
  const test::Program gradus;
  gradus.folder.write("train.csv", animals({"cat", "dog"}, 30));
  gradus.folder.write("test.csv", animals({"cat", "wolf", "dog"}, 9));
  ASSERT_EQ(gradus("train train.csv --epochs 2 -o m.gradus").code, 0);
  EXPECT_EQ(gradus("explain m.gradus test.csv --row 1").code, 0);
  EXPECT_EQ(gradus("explain m.gradus test.csv --row 3").code, 0);
  EXPECT_EQ(gradus("check m.gradus test.csv --rows 1").code, 0);
  for (const char* command : {"explain m.gradus test.csv --row 2", "check m.gradus test.csv --rows 2"}) {
    const test::Ended refused = gradus(command);
    EXPECT_EQ(refused.code, 3) << command;
    EXPECT_TRUE(says(refused.err, "test.csv, row 2: found class wolf; expected one of the 2 classes")) << refused.err;
  }
}

TEST(Classes, WrittenInAnotherWayAreNamedBesideTheNearest) {
  const test::Program gradus;
  gradus.folder.write("train.csv", animals({"<=50K", ">50K"}, 30));
  gradus.folder.write("test.csv", animals({"<=50K.", ">50K."}, 9));
  ASSERT_EQ(gradus("train train.csv --epochs 2 -o m.gradus").code, 0);
  const test::Ended refused = gradus("evaluate m.gradus test.csv");
  EXPECT_EQ(refused.code, 3);
  EXPECT_TRUE(says(refused.err,
                   "<=50K. (5 rows), >50K. (4 rows); expected classes that it learnt: <=50K, >50K; "
                   "try: <=50K for <=50K."))
      << refused.err;
}

TEST(LearntRows, AreSaidWhenTheyAreEvaluatedOn) {
  const test::Program gradus;
  gradus.folder.write("train.csv", animals({"cat", "dog"}, 100));
  gradus.folder.write("new.csv", animals({"cat", "dog"}, 100, 7));
  ASSERT_EQ(gradus("train train.csv --epochs 1 --valid 0.2 -o m.gradus").code, 0);
  const test::Ended same = gradus("evaluate m.gradus train.csv");
  EXPECT_TRUE(says(same.err, "warning: 80 of 100 rows are equal to rows that the model learnt from")) << same.err;
  EXPECT_FALSE(says(gradus("evaluate m.gradus new.csv").err, "learnt from"));
  // Other columns first, and one more: the rows are the same.
  std::string turned = "animal,note,z,x\n";
  std::istringstream lines(gradus.folder.read("train.csv"));
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    const std::size_t a = line.find(','), b = line.rfind(',');
    turned += line.substr(b + 1) + ",?," + line.substr(a + 1, b - a - 1) + "," + line.substr(0, a) + "\n";
  }
  gradus.folder.write("turned.csv", turned);
  const test::Ended document = gradus("evaluate m.gradus turned.csv --json");
  EXPECT_EQ(json::write(json::parse(document.out, "t").at("learnt_from")),
            R"({"rows":100,"looked_up":100,"found":80})");
}

TEST(Classes, AreSplitByClass) {
  const test::Program gradus;
  std::vector<std::string> names(30, "common");
  names[11] = "rare";
  gradus.folder.write("train.csv", animals(names, 90));  // three rare ones
  for (int seed = 0; seed < 6; ++seed) {
    const std::string train = "train train.csv --epochs 1 --valid 0.6 -o m.gradus --seed " + std::to_string(seed);
    EXPECT_FALSE(says(gradus(train).err, "not learnt")) << seed;
  }
  EXPECT_EQ(gradus("train train.csv --epochs 1 -o m.gradus --set data.split=random").code, 0);
  EXPECT_EQ(gradus("train train.csv --epochs 1 -o m.gradus --set data.split=rand").code, 2);
}

}  // namespace
}  // namespace gradus
