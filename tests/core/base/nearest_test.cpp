#include "gradus/core/base/nearest.hpp"

#include <gtest/gtest.h>

namespace gradus {
namespace {

std::string of(std::string_view name) {
  static const std::vector<std::string> names{"softmax", "sigmoid", "step", "learning_rate"};
  return nearest(name, names);
}

TEST(Nearest, ForgivesTypingErrors) {
  EXPECT_EQ(of("sofmax"), "softmax");
  EXPECT_EQ(of("sigmiod"), "sigmoid");  // two neighbors swapped
  EXPECT_EQ(of("Step"), "step");
  EXPECT_EQ(of("learning-rate"), "learning_rate");
}

TEST(Nearest, IsSilentWhereNothingIsClose) {
  EXPECT_EQ(of("convolution"), "");
  EXPECT_EQ(of(""), "");
  EXPECT_EQ(of(std::string(100000, 's')), "");
}

}  // namespace
}  // namespace gradus
