// All worked examples: every expected value, every number printed on a slide, and no value that a known mistake gives.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/support/paths.hpp"
#include "tests/worked_examples/bench.hpp"

namespace gradus::worked_examples {
namespace {

// What is not built. Its values are counted as skipped; the test below fails when a name here is no longer skipped.
const std::vector<std::string> skipped{"003-quantile-normalisation"};
constexpr int expected_values = 1600, wrong_values = 21, printed_values = 75, skipped_values = 30;

const std::vector<Example>& examples() {
  static const auto all = read_examples(GRADUS_TEST_DATA "/worked_examples/worked-examples.json");
  return all;
}

bool is_skipped(const Example& example) {
  return std::find(skipped.begin(), skipped.end(), example.id) != skipped.end();
}

const Recipe* find_recipe(const Example& example) {
  for (std::string_view name : {std::string_view(example.id), std::string_view(example.op)}) {
    for (const auto recipes : {recipes_000(), recipes_001(), recipes_002(), recipes_003(), recipes_003_networks(),
                               recipes_004(), recipes_paths(), recipes_training(), recipes_start()}) {
      for (const Recipe& recipe : recipes) {
        if (recipe.name == name) return &recipe;
      }
    }
  }
  return nullptr;
}

bool near(double got, double want, const Tolerance& tolerance) {
  return std::abs(got - want) <= tolerance.absolute + tolerance.relative * std::abs(want);
}

struct Counts {
  int expected = 0, wrong = 0, printed = 0;
};

void check_expected(const Example& example, const Bench& bench, const Tolerance& tolerance, Counts& counts) {
  for (const auto& [name, want] : example.expected) {
    const auto found = bench.produced().find(name);
    ASSERT_NE(found, bench.produced().end()) << name << " was not computed";
    ASSERT_EQ(static_cast<std::int64_t>(found->second.size()), want.count()) << name;
    for (std::int64_t i = 0; i < want.count(); ++i) {
      const double got = found->second[static_cast<std::size_t>(i)];
      EXPECT_TRUE(near(got, want.number(i), tolerance))
          << name << "[" << i << "]: got " << got << ", want " << want.number(i);
      ++counts.expected;
    }
  }
}

void check_wrong(const Example& example, const Bench& bench, const Tolerance& tolerance, Counts& counts) {
  for (const auto& [name, wrong] : example.wrong) {
    const auto& got = bench.produced().at(name);
    ASSERT_EQ(static_cast<std::int64_t>(got.size()), wrong.value.count()) << name;
    bool differs = false;
    for (std::size_t i = 0; i < got.size(); ++i) {
      differs |= !near(got[i], wrong.value.number(static_cast<std::int64_t>(i)), tolerance);
    }
    EXPECT_TRUE(differs) << name << " has the value of a known mistake: " << wrong.why;
    ++counts.wrong;
  }
}

void check_printed(const Example& example, const Bench& bench, Counts& counts) {
  for (const auto& [name, printed] : example.printed) {
    const auto& got = bench.produced().at(name);
    for (std::size_t i = 0; i < got.size(); ++i) {
      const double slide = printed.value.number(static_cast<std::int64_t>(i));
      const bool agrees = std::abs(got[i] - slide) <= printed.tolerances[i];
      EXPECT_EQ(agrees, printed.agrees[i]) << name << "[" << i << "]: got " << got[i] << ", the slide has " << slide;
      ++counts.printed;
    }
  }
}

Counts check(const Example& example, DType dtype, Runner runner) {
  Counts counts;
  const Recipe* recipe = find_recipe(example);
  EXPECT_NE(recipe, nullptr) << "no recipe for op " << example.op;
  if (!recipe || (dtype == DType::f32 && !recipe->f32)) return counts;
  Engine engine({.threads = 1});
  Bench bench(example, dtype, runner, engine);
  recipe->compute(bench);
  const Tolerance tolerance = dtype == DType::f64 ? example.f64 : example.f32;
  check_expected(example, bench, tolerance, counts);
  if (::testing::Test::HasFatalFailure()) return counts;
  check_wrong(example, bench, tolerance, counts);
  if (dtype == DType::f64) check_printed(example, bench, counts);
  return counts;
}

class WorkedExample : public ::testing::TestWithParam<std::size_t> {
 protected:
  const Example& example() const { return examples()[GetParam()]; }
  void SetUp() override {
    if (is_skipped(example())) GTEST_SKIP() << "not built yet";
  }
};

TEST_P(WorkedExample, InterpretedF64) { check(example(), DType::f64, Runner::interpreter); }
TEST_P(WorkedExample, EngineF64) { check(example(), DType::f64, Runner::engine); }
TEST_P(WorkedExample, EngineF32) { check(example(), DType::f32, Runner::engine); }

std::string test_name(const ::testing::TestParamInfo<std::size_t>& info) {
  std::string name = examples()[info.param].id;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, WorkedExample, ::testing::Range(std::size_t{0}, examples().size()), test_name);

TEST(WorkedExamples, EveryValueIsCheckedOrCountedAsSkipped) {
  ASSERT_EQ(examples().size(), 65u);
  Counts counts;
  int in_file = 0, left_out = 0;
  for (const Example& example : examples()) {
    for (const auto& [name, value] : example.expected) {
      in_file += static_cast<int>(value.count());
      if (is_skipped(example)) left_out += static_cast<int>(value.count());
    }
    if (is_skipped(example)) continue;
    SCOPED_TRACE(example.id);
    const Counts of = check(example, DType::f64, Runner::interpreter);
    counts.expected += of.expected, counts.wrong += of.wrong, counts.printed += of.printed;
  }
  EXPECT_EQ(in_file, expected_values);
  EXPECT_EQ(left_out, skipped_values);
  EXPECT_EQ(counts.expected, expected_values - skipped_values);
  EXPECT_EQ(counts.wrong, wrong_values);
  EXPECT_EQ(counts.printed, printed_values);
}

}  // namespace
}  // namespace gradus::worked_examples
