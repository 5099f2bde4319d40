// What matters to a model.
#include <gtest/gtest.h>

#include "gradus/learn/json/value.hpp"
#include "tests/cli/program.hpp"

namespace gradus {
namespace {

/// y = 3 a + b, c says nothing; a, b and c are independent, of 10, 10 and 6 evenly spaced numbers.
std::string plane(int rows) {
  std::string out = "a,b,c,y\n";
  for (int i = 0; i < rows; ++i) {
    const int a = i % 10, b = i / 10 % 10, c = i / 100 % 6;
    out +=
        std::to_string(a) + "," + std::to_string(b) + "," + std::to_string(c) + "," + std::to_string(3 * a + b) + "\n";
  }
  return out;
}

TEST(Importance, OfALinearModelIsTwiceTheShareOfTheVariance) {
  const test::Program gradus;
  gradus.folder.write("plane.csv", plane(600));
  ASSERT_EQ(gradus("train plane.csv --net '' --valid 0 --epochs 200 --rate 0.02 -o m.gradus").code, 0);
  const test::Ended ended = gradus("inspect m.gradus --importance plane.csv --repeats 20 --json --html page.html");
  ASSERT_EQ(ended.code, 0) << ended.err;
  const json::Value found = json::parse(ended.out, "importance");
  EXPECT_NEAR(found.at("whole").number(), 1, 0.001);
  const json::Array& columns = found.at("columns").array();
  ASSERT_EQ(columns.size(), 3U);
  // E (w x - w x')^2 / var(y) = 2 w^2 var(x) / var(y): 2 9/10, 2 1/10 and 0.
  const double expected[] = {1.8, 0.2, 0};
  const char* names[] = {"a", "b", "c"};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(columns[i].at("column").text(), names[i]);
    EXPECT_NEAR(columns[i].at("fall").number(), expected[i], 0.1 * expected[i] + 0.002);
    EXPECT_LE(columns[i].at("low").number(), columns[i].at("fall").number());
  }
  const json::Value& dependence = found.at("dependences").array()[0];
  const json::Array& means = dependence.at("means").array();
  ASSERT_EQ(means.size(), 10U) << "of eleven quantiles two are the same number";
  // The mean of 3 a + b over b = 0..9 is 3 a + 4.5.
  EXPECT_NEAR(means.front().array()[0].number(), 4.5, 0.1);
  EXPECT_NEAR(means.back().array()[0].number(), 31.5, 0.1);
  const std::string page = gradus.folder.read("page.html");
  EXPECT_NE(page.find("<svg"), std::string::npos);
  EXPECT_EQ(page.find("<script"), std::string::npos);
}

TEST(Importance, OfClassesAndWhatItRefuses) {
  const test::Program gradus;
  ASSERT_EQ(gradus("train cars.csv --target fuel --epochs 50 -o fuel.gradus").code, 0);
  const test::Ended ended = gradus("inspect fuel.gradus --importance cars.csv");
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.out.find("accuracy "), 0U) << ended.out;
  EXPECT_NE(ended.out.find("\nprobability of "), std::string::npos) << ended.out;
  EXPECT_EQ(gradus("inspect fuel.gradus --html page.html").code, 2);
  gradus.folder.write("one.csv", "kilometres,fuel,age,price\n1,diesel,2,3\n");
  EXPECT_EQ(gradus("inspect fuel.gradus --importance one.csv").code, 3);
}

}  // namespace
}  // namespace gradus
