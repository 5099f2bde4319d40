// How rows are held back, and what would make numbers look better than they are.
#include <gtest/gtest.h>

#include "tests/cli/program.hpp"

namespace gradus {
namespace {

std::string days(bool with_target_copy) {
  std::string out = "day,shop,rain,copy,sold\n";
  for (int i = 0; i < 60; ++i) {
    const int sold = i * 31 % 7, rain = i * 17 % 5;
    out += "2024-0" + std::to_string(1 + i / 28) + "-" + (i % 28 < 9 ? "0" : "") + std::to_string(1 + i % 28) + ",s" +
           std::to_string(i % 6) + "," + std::to_string(rain) + "," +
           (with_target_copy ? (sold > 3 ? "much" : "little") : std::to_string(rain)) + "," +
           (sold > 3 ? "yes" : "no") + "\n";
  }
  return out;
}

TEST(Splits, ByGroupAndByTime) {
  const test::Program gradus;
  gradus.folder.write("days.csv", days(false));
  const test::Ended grouped = gradus("train days.csv --split-by shop --valid 0.2 --epochs 2 -o m.gradus");
  EXPECT_EQ(grouped.code, 0) << grouped.err;
  EXPECT_NE(grouped.err.find("10 rows for validation, 50 rows"), std::string::npos) << grouped.err;
  EXPECT_EQ(gradus("inspect m.gradus").out.find("shop ("), std::string::npos);
  const test::Ended timed = gradus("train days.csv --time-column day --valid 0.25 --epochs 2 -o t.gradus");
  EXPECT_EQ(timed.code, 0) << timed.err;
  EXPECT_NE(timed.err.find("15 rows for validation, 45 rows"), std::string::npos) << timed.err;
  EXPECT_EQ(timed.err.find("in the order of time"), std::string::npos);
  const test::Ended both = gradus("train days.csv --time-column day --split-by shop");
  EXPECT_EQ(both.code, 2);
  EXPECT_EQ(gradus("train days.csv --split-by shup").code, 2);
  EXPECT_EQ(gradus("train days.csv --time-column shop").code, 3);
}

TEST(Splits, SayWhatMakesNumbersTooGood) {
  const test::Program gradus;
  gradus.folder.write("days.csv", days(true));
  const std::string err = gradus("train days.csv --epochs 2 -o m.gradus").err;
  EXPECT_NE(err.find("column \"copy\" of days.csv is nearly a copy of the target"), std::string::npos) << err;
  EXPECT_NE(err.find("the rows are in the order of time, which a split at random breaks"), std::string::npos) << err;
  EXPECT_NE(err.find("--time-column day"), std::string::npos) << err;
  std::string twice = "x,k,y\n";
  for (int i = 0; i < 40; ++i)
    twice += std::to_string(i % 20) + ",a" + std::to_string(i % 20 % 3) + "," + std::to_string(i % 20 % 7) + "\n";
  gradus.folder.write("twice.csv", twice);
  const std::string said = gradus("train twice.csv --valid 0.25 --task regression --epochs 2 -o w.gradus").err;
  EXPECT_NE(said.find("that are held back are equal to rows that are learnt from"), std::string::npos) << said;
}

}  // namespace
}  // namespace gradus
