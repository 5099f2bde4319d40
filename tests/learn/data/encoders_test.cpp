#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "gradus/learn/data/cell_rule.hpp"
#include "gradus/learn/data/encoders/encoder.hpp"
#include "tests/support/refusal.hpp"

namespace gradus::data {
namespace {

struct Case {
  std::string encoder;
  std::vector<double> features;
};

#include "tests/learn/data/encoders.inl"

Encoder fitted(const std::string& text, std::span<const double> numbers) {
  Encoder out;
  out.recipe = parse_encoder(text);
  out.kind().fit_numbers(out.recipe.keys, numbers, "column", out);
  return out;
}

std::vector<double> encoded(const Encoder& encoder, std::span<const double> numbers) {
  std::vector<double> out(numbers.size() * static_cast<std::size_t>(encoder.width()));
  encoder.encode(numbers, out);
  return out;
}

void expect_near(const std::vector<double>& found, const std::vector<double>& wanted) {
  ASSERT_EQ(found.size(), wanted.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_NEAR(found[i], wanted[i], 1e-9 * std::max(1.0, std::abs(wanted[i]))) << i;
  }
}

TEST(Encoders, GiveWhatScikitLearnAndNumPyGive) {
  for (const Case& one : cases) {
    SCOPED_TRACE(one.encoder);
    expect_near(encoded(fitted(one.encoder, learnt), cells), one.features);
  }
  std::vector<double> positive, others;
  for (const double x : learnt) positive.push_back(std::abs(x));
  for (const double x : cells) others.push_back(std::abs(x));
  expect_near(encoded(fitted("log offset 1", positive), others), logs_of_cells);
}

TEST(Encoders, DecodeWhatTheyEncode) {
  std::mt19937_64 random(7);
  std::lognormal_distribution<double> skewed(1, 1);
  std::vector<double> numbers(500);
  for (double& x : numbers) x = skewed(random);
  for (const EncoderKind* kind : all_encoders()) {
    if (kind->decode == nullptr || kind->fit_numbers == nullptr) continue;
    SCOPED_TRACE(kind->name);
    const Encoder encoder = fitted(std::string(kind->name), numbers);
    const auto width = static_cast<std::size_t>(encoder.width());
    const std::vector<double> features = encoded(encoder, numbers);
    EXPECT_EQ(encoder.names("x").size(), width);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      EXPECT_NEAR(encoder.decode(std::span(features).subspan(i * width, width)), numbers[i], 1e-5 * numbers[i]);
    }
  }
}

// The smallest and the greatest are kept apart from the others, as far as f64 goes.
TEST(Encoders, StayFiniteAndInOrder) {
  const std::vector<double> wide = {-1e150, -3, 0, 0, 0, 1, 2, 1e150};
  for (const char* text : {"standard", "robust", "robust clip 0", "quantile", "piecewise"}) {
    SCOPED_TRACE(text);
    const Encoder encoder = fitted(text, wide);
    const std::vector<double> features = encoded(encoder, wide);
    for (const double x : features) EXPECT_TRUE(std::isfinite(x));
    const bool in_order = encoder.width() > 1 || std::is_sorted(features.begin(), features.end());
    EXPECT_TRUE(in_order);
  }
  for (const char* text : {"standard", "robust", "quantile", "periodic", "piecewise"}) {
    const std::vector<double> one = {5, 5, 5};
    for (const double x : encoded(fitted(text, one), one)) EXPECT_TRUE(std::isfinite(x)) << text;
  }
}

Encoder texts(const std::string& text, const std::vector<TextCount>& counts) {
  Encoder out;
  out.recipe = parse_encoder(text);
  out.kind().fit_texts(out.recipe.keys, counts, "column", out);
  return out;
}

TEST(Encoders, OfTexts) {
  const std::vector<TextCount> two = {{"no", 3}, {"yes", 5}};
  const std::vector<double> numbers = {0, 1, -1};
  EXPECT_EQ(encoded(texts("two_valued", two), numbers), (std::vector<double>{-1, 1, 0}));
  EXPECT_EQ(texts("two_valued", two).names("ok"), (std::vector<std::string>{"ok=yes"}));
  EXPECT_EQ(encoded(texts("one_hot", two), numbers), (std::vector<double>{1, 0, 0, 1, 0, 0}));
  const std::vector<TextCount> many = {{"a", 12}, {"b", 2}, {"c", 30}, {"d", 12}};
  const Encoder frequent = texts("one_hot most 3 frequent 1", many);
  EXPECT_EQ(frequent.names("x"), (std::vector<std::string>{"x=a", "x=c", "x=d", "x is another"}));
  const Encoder fewer = texts("one_hot most 2 frequent 1", many);  // a and d are in equally many rows
  EXPECT_EQ(fewer.names("x"), (std::vector<std::string>{"x=c", "x is another"}));
  EXPECT_EQ(encoded(fewer, std::vector<double>{0, -1}), (std::vector<double>{1, 0, 0, 1}));
  test::expect_refusal(
      Fault::data, [&] { texts("two_valued", many); }, "column", "4 different texts", "one_hot");
}

TEST(Encoders, OfDatesHaveThePartsThatVary) {
  const double day = 86'400;
  std::vector<double> hours, months, mornings;
  for (int i = 0; i < 72; ++i) hours.push_back(1e9 + 3600 * i);
  for (int i = 0; i < 48; ++i) {
    months.push_back(day * static_cast<double>(days_of({2000 + i / 12, 1 + i % 12, 1})));
    mornings.push_back(day * (15'000 + i));
  }
  EXPECT_EQ(fitted("date", hours).names("t"), (std::vector<std::string>{"t", "t in day sin", "t in day cos"}));
  EXPECT_EQ(fitted("date", months).names("t"), (std::vector<std::string>{"t", "t in year sin", "t in year cos"}));
  EXPECT_EQ(fitted("date", mornings).names("t"), (std::vector<std::string>{"t", "t in week sin", "t in week cos"}));
  EXPECT_EQ(fitted("date parts none", hours).width(), 1);
  // 1970-01-05 is a Monday; noon is half of a day.
  const std::vector<double> noon = encoded(fitted("date", hours), std::vector<double>{day / 2});
  EXPECT_NEAR(noon[1], 0, 1e-12);
  EXPECT_NEAR(noon[2], -1, 1e-12);
  EXPECT_NEAR(encoded(fitted("date", mornings), std::vector<double>{4 * day})[2], 1, 1e-12);
}

TEST(Encoders, AreRecipesThatPrintAndParse) {
  for (const EncoderKind* kind : all_encoders()) {
    const auto recipe = parse_encoder(kind->name);
    EXPECT_EQ(parse_encoder(kinds::print_all(recipe)), recipe) << kind->name;
  }
  test::expect_refusal(
      Fault::usage, [] { parse_encoder("robst"); }, "encoder", "robst", "robust");
  test::expect_refusal(
      Fault::usage, [] { parse_encoder("robust clip -1"); }, "clip", "0");
}

}  // namespace
}  // namespace gradus::data
