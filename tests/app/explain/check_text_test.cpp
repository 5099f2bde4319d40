#include "gradus/app/explain/check_text.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "gradus/core/ops/pointwise.hpp"

namespace gradus::explain {
namespace {

EpsilonSweep lecture() {  // the logistic loss of the lecture at w = 0.5
  Graph g;
  const Value w = g.input("w");
  return sweep_epsilon(softplus(-(2.0 * w + 1.0)), w, 0, std::vector<Binding>{{w, Tensor(0.5)}});
}

TEST(CheckText, NamesTheWorstPlaceAndTheVerdict) {
  Graph g;
  const Value x = g.input("x"), y = g.input("kink");
  const auto found =
      gradient_check(square(x) + relu(y), std::vector{x, y}, std::vector<Binding>{{x, Tensor(3.0)}, {y, Tensor(0.0)}});
  const std::string text = check_text(found);
  EXPECT_NE(text.find(" at a kink: "), std::string::npos) << text;
  EXPECT_NE(text.find("Gradients agree with central differences."), std::string::npos) << text;
}

TEST(CheckText, MarksTheBestEpsilonOnceAFormula) {
  const std::string text = sweep_text(lecture());
  EXPECT_EQ(std::count(text.begin(), text.end(), '*'), 3) << text;  // two marks and what they mean
  EXPECT_NE(text.find("exact derivative -0.238405844044235"), std::string::npos) << text;
}

TEST(CheckText, ThePictureHasBothCurvesAndCirclesTheBest) {
  const std::string text = sweep_svg(lecture());
  EXPECT_NE(text.find("circle class=\"forward best\""), std::string::npos);
  EXPECT_NE(text.find("circle class=\"central best\""), std::string::npos);
  EXPECT_EQ(text.find("nan"), std::string::npos);
}

}  // namespace
}  // namespace gradus::explain
