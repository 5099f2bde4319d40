// What data mean, as far as a program can see that: each odd thing is refused, or said and gone on with.
#include <gtest/gtest.h>

#include <functional>

#include "tests/cli/program.hpp"

namespace gradus::cli {
namespace {

std::string rows_of(const std::string& names, const std::function<std::string(int)>& row, int count = 40) {
  std::string text = names + "\n";
  for (int i = 0; i < count; ++i) text += row(i) + "\n";
  return text;
}

std::string number(int x) { return std::to_string(x); }

struct Said {
  std::string text, arguments;
  int code;
  std::string words;
};

/// `text` is t.csv.
void expect(const Said& one) {
  const test::Program gradus;
  gradus.folder.write("t.csv", one.text);
  const test::Ended ended = gradus(one.arguments);
  EXPECT_EQ(ended.code, one.code) << one.arguments << ended.err;
  EXPECT_NE(ended.err.find(one.words), std::string::npos) << one.words << "\n" << ended.err;
  EXPECT_EQ(ended.out.find("nan"), std::string::npos) << ended.out;
}

const std::string train = "train t.csv --epochs 1 -o m.gradus";

TEST(Meaning, NumbersThatAreNotFinite) {
  const std::string features = "x,y\n1,2\ninf,3\n2,4\n1e999,5\n3,6\nnan,7\n";
  expect({features, train, 0, "1 of 6 cells are infinite, the first in line 3: \"inf\"; they count as missing"});
  expect({features, train, 0, "1 of 6 cells are too large for a number, the first in line 5: \"1e999\""});
  expect({features, train, 0, "missing values filled: \"x\" (3 by 2)"});
  expect({"x,y\n1,2\n2,inf\n2,4\n", train, 3,
          "t.csv:3:3: found an infinite number in column \"y\"; expected a finite one"});
}

TEST(Meaning, ColumnsThatAreConstantOrEmpty) {
  const std::string text =
      rows_of("cylinders,none,x,y", [](int i) { return "4,," + number(i % 7) + "," + number(i * i); });
  expect({text, train, 0, "left out: \"cylinders\" (the same in every training row), \"none\" (no cell)"});
  expect({text, train + " --ignore x", 3, "found no column but the target that varies"});
}

TEST(Meaning, NumbersFarFromAllOthersAreKeptAndSaid) {
  const std::string text =
      rows_of("cc,y", [](int i) { return number(i == 17 ? 16'000 : 1400 + i % 20) + "," + number(i * i); });
  expect({text, train + " --valid 0", 0, "warning: column \"cc\" of t.csv has 16000 in line 19, far from all others"});
}

TEST(Meaning, TargetsOfWhichNothingCanBeLearnt) {
  expect({rows_of("x,y", [](int i) { return number(i * 3 % 7) + ",a"; }), train, 3,
          "column \"y\" of t.csv: found the single class \"a\"; expected at least two"});
  expect({rows_of("x,y", [](int i) { return number(i * 3 % 7) + ",5"; }), train + " --task regression", 3,
          "found the same number 5 in every training row; expected a target that varies"});
  expect({rows_of("x,y", [](int i) { return number(i * 3 % 7) + ",5"; }), train, 3, "found the same number 5"});
  expect({rows_of("x,y", [](int i) { return number(i) + ",c" + number(i); }), train, 0,
          "warning: the target \"y\" is another one in nearly every row: 40 classes in 40 rows"});
}

TEST(Meaning, TargetsThatAreNotThereOrAreFeaturesToo) {
  const std::string text =
      rows_of("x,km,y", [](int i) { return number(i * 3 % 7) + "," + number(2 * i * i + 1) + "," + number(i * i); });
  expect({text, train + " --target z", 2, "--target: found no column \"z\" in t.csv; expected one of x, km, y"});
  expect({text, train + " --target y --ignore y", 2, "column \"y\": found the target among the ignored columns"});
  expect({text, train, 0, "warning: column \"km\" of t.csv is nearly a copy of the target"});
  expect({"y,y,x\n1,2,3\n2,3,4\n", train, 3, "t.csv:1:3: found the name \"y\" for columns 1 and 2"});
}

TEST(Meaning, NewFilesWithOtherColumnsAndFarNumbers) {
  const test::Program gradus;
  gradus.folder.write("t.csv", rows_of("x,km,y", [](int i) {
                        return number(i * 3 % 7) + "," + number(i * 5 % 40) + "," + number(i * i);
                      }));
  ASSERT_EQ(gradus(train).code, 0);
  const auto predict = [&](const std::string& text) {
    gradus.folder.write("new.csv", text);
    return gradus("predict m.gradus new.csv");
  };
  const test::Ended other = predict("y,extra,km\n1,2,3\n");
  EXPECT_EQ(other.code, 3);
  EXPECT_NE(other.err.find("new.csv:1: found no column \"x\", but \"extra\", which the model does not know"),
            std::string::npos);
  EXPECT_NE(predict("km,x\n30000,1\n2,1\n")
                .err.find("warning: column \"km\" of new.csv: 1 of 2 numbers outside the training range"),
            std::string::npos);
  const test::Ended none = predict("x,km\n");
  EXPECT_EQ(none.code, 0);
  EXPECT_EQ(none.out, "y\n");
}

}  // namespace
}  // namespace gradus::cli
