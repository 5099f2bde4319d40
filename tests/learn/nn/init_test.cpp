#include "gradus/learn/nn/init.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "gradus/learn/nn/layer.hpp"
#include "gradus/learn/nn/model.hpp"

namespace gradus {
namespace {

std::vector<double> draw(const init::Init& init, const Shape& shape, std::uint64_t seed = 1, DType dtype = DType::f64) {
  Tensor out(dtype, shape);
  init::fill(init, out.view(), seed, "0.weight");
  return out.numbers();
}

struct Moments {
  double mean = 0, deviation = 0, largest = 0;
};

Moments moments(const std::vector<double>& numbers) {
  Moments m;
  for (double x : numbers) m.mean += x / static_cast<double>(numbers.size());
  for (double x : numbers) m.deviation += (x - m.mean) * (x - m.mean) / static_cast<double>(numbers.size());
  for (double x : numbers) m.largest = std::max(m.largest, std::fabs(x));
  m.deviation = std::sqrt(m.deviation);
  return m;
}

// 40,000 numbers: the mean lies within 5 / sqrt(40,000) deviations, the deviation within 2 %.
void expect_deviation(const init::Init& init, double deviation, double bound = 0) {
  const Moments m = moments(draw(init, {100, 400}));  // fan_in 400, fan_out 100
  EXPECT_NEAR(m.mean, 0, deviation * 0.025) << kinds::print(init);
  EXPECT_NEAR(m.deviation, deviation, 0.02 * deviation) << kinds::print(init);
  if (bound > 0) {
    EXPECT_LE(m.largest, bound) << kinds::print(init);
    EXPECT_GT(m.largest, 0.99 * bound) << kinds::print(init);
  }
}

TEST(Init, HasTheDeviationOfItsFormula) {
  const double third = 1 / std::sqrt(3.0);  // a uniform number on [-a, a) has deviation a / sqrt 3
  expect_deviation(init::normal(0.01), 0.01);
  expect_deviation(init::uniform(0.5), 0.5 * third, 0.5);
  expect_deviation(init::xavier_uniform(), std::sqrt(2.0 / 500), std::sqrt(6.0 / 500));
  expect_deviation(init::xavier_normal(), std::sqrt(2.0 / 500));
  expect_deviation(init::he_uniform(), std::sqrt(2.0 / 400), std::sqrt(6.0 / 400));
  expect_deviation(init::he_normal(), std::sqrt(2.0 / 400));
  expect_deviation(init::torch_linear(), third / 20, 1.0 / 20);
}

TEST(Init, FillsWithOneNumber) {
  EXPECT_EQ(draw(init::zeros(), {2}), (std::vector<double>{0, 0}));
  EXPECT_EQ(draw(init::constant(0.25), {2}), (std::vector<double>{0.25, 0.25}));
}

TEST(Init, IsAFunctionOfSeedAndName) {
  const auto first = draw(init::he_normal(), {4, 4}, 1);
  EXPECT_EQ(first, draw(init::he_normal(), {4, 4}, 1));
  EXPECT_NE(first, draw(init::he_normal(), {4, 4}, 2));
  Tensor other(DType::f64, {4, 4});
  init::fill(init::he_normal(), other.view(), 1, "1.weight");
  EXPECT_NE(first, other.numbers());
}

TEST(Init, F32IsF64Rounded) {
  const auto wide = draw(init::xavier_normal(), {8, 8}), narrow = draw(init::xavier_normal(), {8, 8}, 1, DType::f32);
  for (std::size_t i = 0; i < wide.size(); ++i) EXPECT_EQ(static_cast<float>(wide[i]), narrow[i]);
}

TEST(Init, DoesNotDependOnOtherLayers) {
  const nn::Model one = nn::make_model(nn::sequential({nn::linear(4)}), {3}, {.seed = 7});
  const nn::Model two = nn::make_model(nn::sequential({nn::linear(4), nn::linear(5)}), {3}, {.seed = 7});
  EXPECT_TRUE(same_bits(*one.find("0.weight"), *two.find("0.weight")));
}

TEST(Init, CountsFansAsTorch) {
  EXPECT_EQ(init::fans({6, 3, 5, 5}).in, 75);
  EXPECT_EQ(init::fans({6, 3, 5, 5}).out, 150);
}

TEST(ParseInit, GivesTheSameAsTheFunctions) {
  EXPECT_EQ(init::parse_init("zeros"), init::zeros());
  EXPECT_EQ(init::parse_init("constant -0.5"), init::constant(-0.5));
  EXPECT_EQ(init::parse_init("normal 0.01"), init::normal(0.01));
  EXPECT_EQ(init::parse_init("uniform bound 0.5"), init::uniform(0.5));
  EXPECT_EQ(init::parse_init("he-normal"), init::he_normal());
  EXPECT_EQ(init::parse_init("xavier_uniform"), init::xavier_uniform());
  for (const init::InitKind* kind : init::all_inits()) {
    const std::string text = kind->keys.empty() ? std::string(kind->name) : std::string(kind->name) + " 0.25";
    EXPECT_EQ(init::parse_init(text).kind, kind);
  }
  for (const char* text : {"normal", "normal -1", "zeros 1", "he_norml", "uniform 1 2"}) {
    EXPECT_THROW(init::parse_init(text), UserError) << text;
  }
}

TEST(OwnInit, IsNamedByAListThatTheCallerGives) {
  static const init::InitKind eye{{"eye", "ones on the diagonal"},
                                  [](const kinds::Keys&, View out, std::uint64_t, std::string_view) {
                                    for (std::int64_t i = 0; i < out.count(); ++i)
                                      out.set(i, i / out.shape()[1] == i % out.shape()[1]);
                                  }};
  const init::InitKind* const own[] = {&eye};
  const nn::Model model = nn::make_model(nn::sequential({nn::linear(2, {.init = init::parse_init("eye", own)})}), {2});
  EXPECT_EQ(model.find("0.weight")->numbers(), (std::vector<double>{1, 0, 0, 1}));
}

TEST(Init, RefusesWhatIsNoScale) {
  EXPECT_THROW(init::normal(-1), UserError);
  EXPECT_THROW(init::uniform(std::nan("")), UserError);
}

}  // namespace
}  // namespace gradus
