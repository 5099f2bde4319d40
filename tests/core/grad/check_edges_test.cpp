// The gradient check where there is no derivative, or hardly room for a step: it says what is known, and still finds
// what is wrong.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "gradus/core/grad/check.hpp"
#include "gradus/core/ops/all.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/core/ops/reduce.hpp"

namespace gradus {
namespace {

using Verdict = GradientComparison::Verdict;
using Formula = std::function<Value(Value)>;

std::string text_of(const GradientCheck& found) {
  std::string out;
  for (const GradientCheckPart& part : found.parts) {
    out += part.name + ": kinks " + std::to_string(part.kinks) + ", cannot tell " + std::to_string(part.cannot_tell) +
           ", wrong " + std::to_string(part.wrong) + " " + part.worst.because + "\n";
  }
  return out;
}

/// The check of a formula of x, of first and second order.
GradientCheck check(const Formula& formula, const Tensor& at, bool second = true) {
  Graph g;
  const Value x = g.input("x", at.type());
  const Value y = formula(x);
  const std::vector<Binding> bindings{{x, at}};
  return gradient_check(y.shape().rank() == 0 ? y : sum(y), std::vector{x}, bindings, {.second = second});
}

const GradientCheckPart& part(const GradientCheck& found, const std::string& name) {
  for (const GradientCheckPart& one : found.parts) {
    if (one.name == name) return one;
  }
  throw std::out_of_range(name);
}

struct Edge {
  const char* name;
  Formula formula;
  double at;
  Verdict first, second;
};

/// What is known of each: verdicts of the first and second order.
const Edge edges[] = {
    // Hardly room for a step: right, and can be told.
    {"sqrt near 0", [](Value x) { return sqrt(x); }, 1e-9, Verdict::agrees, Verdict::agrees},
    {"log near 0", [](Value x) { return log(x); }, 3e-8, Verdict::agrees, Verdict::agrees},
    {"x^1.5 near 0", [](Value x) { return pow(x, 1.5); }, 1e-8, Verdict::agrees, Verdict::agrees},
    {"log1p near -1", [](Value x) { return log1p(x); }, -1 + 1e-9, Verdict::agrees, Verdict::agrees},
    {"1/x near 0", [](Value x) { return 1.0 / x; }, 1e-60, Verdict::agrees, Verdict::agrees},
    {"fast", [](Value x) { return sin(1e6 * x); }, 0.3, Verdict::agrees, Verdict::agrees},
    {"large offset", [](Value x) { return x + 1e11; }, 2, Verdict::agrees, Verdict::agrees},
    {"few right digits", [](Value x) { return sin(x) / x; }, 1e-9, Verdict::agrees, Verdict::agrees},
    {"almost out of range", [](Value x) { return exp(x); }, 709.5, Verdict::agrees, Verdict::agrees},
    // One side has y, and a slope.
    {"x^2.5 at 0", [](Value x) { return pow(x, 2.5); }, 0, Verdict::agrees, Verdict::agrees},
    // No number to compare with.
    {"1/x overflows", [](Value x) { return 1.0 / x; }, 1e-300, Verdict::cannot_tell, Verdict::cannot_tell},
    {"sqrt at 0", [](Value x) { return sqrt(x); }, 0, Verdict::cannot_tell, Verdict::cannot_tell},
    {"x^1.5 at 0", [](Value x) { return pow(x, 1.5); }, 0, Verdict::agrees, Verdict::cannot_tell},
    // Kinks of the first order have no second one.
    {"abs", [](Value x) { return abs(x); }, 0, Verdict::kink, Verdict::cannot_tell},
    {"relu", [](Value x) { return relu(x - 2.0); }, 2, Verdict::kink, Verdict::cannot_tell},
    {"max", [](Value x) { return maximum(x, constant_like(x, 1)); }, 1, Verdict::kink, Verdict::cannot_tell},
    {"clamp", [](Value x) { return clamp(x, -1, 3); }, 3, Verdict::kink, Verdict::cannot_tell},
    {"hard sigmoid", [](Value x) { return clamp(0.2 * x + 0.5, 0, 1); }, 2.5, Verdict::kink, Verdict::cannot_tell},
    // Kinks of the second order.
    {"x |x|", [](Value x) { return x * abs(x); }, 0, Verdict::agrees, Verdict::kink},
    {"relu^2", [](Value x) { return square(relu(x)); }, 0, Verdict::agrees, Verdict::kink},
    {"huber", [](Value x) { return where(less(abs(x), constant_like(x, 1)), 0.5 * square(x), abs(x) - 0.5); }, 1,
     Verdict::agrees, Verdict::kink},
    {"elu", [](Value x) { return elu(x); }, 0, Verdict::agrees, Verdict::kink},
    // Jumps.
    {"sign", [](Value x) { return sign(x); }, 0, Verdict::cannot_tell, Verdict::agrees},
    {"step", [](Value x) { return step(x); }, 0, Verdict::cannot_tell, Verdict::agrees},
    {"floor", [](Value x) { return floor(x); }, 2, Verdict::cannot_tell, Verdict::agrees},
    {"a point of its own", [](Value x) { return square(sign(x)); }, 0, Verdict::cannot_tell, Verdict::agrees},
    // Kinks that cancel: y is smooth, but no convention gives its slope.
    {"relu - relu", [](Value x) { return relu(x) - relu(-x); }, 0, Verdict::cannot_tell, Verdict::cannot_tell},
};

Verdict verdict(const GradientCheckPart& part) {
  if (part.wrong) return Verdict::wrong;
  return part.cannot_tell ? Verdict::cannot_tell : part.kinks ? Verdict::kink : Verdict::agrees;
}

TEST(CheckEdges, EveryVerdictIsWhatIsKnown) {
  for (const Edge& edge : edges) {
    const GradientCheck found = check(edge.formula, Tensor(edge.at));
    EXPECT_EQ(verdict(part(found, "x")), edge.first) << edge.name << "\n" << text_of(found);
    EXPECT_EQ(verdict(part(found, "second order")), edge.second) << edge.name << "\n" << text_of(found);
    EXPECT_EQ(found.passed(), std::max(edge.first, edge.second) < Verdict::cannot_tell) << edge.name;
  }
}

TEST(CheckEdges, NothingThatIsNotFiniteIsOk) {
  for (const Edge& edge : edges) {
    for (const GradientCheckPart& part : check(edge.formula, Tensor(edge.at)).parts) {
      if (verdict(part) != Verdict::agrees) continue;
      EXPECT_TRUE(std::isfinite(part.worst.exact) && std::isfinite(part.worst.numeric)) << edge.name << part.name;
    }
  }
}

TEST(CheckEdges, WhatCannotBeToldHasAReason) {
  for (const Edge& edge : edges) {
    for (const GradientCheckPart& part : check(edge.formula, Tensor(edge.at)).parts) {
      EXPECT_TRUE(part.cannot_tell == 0 || !part.worst.because.empty()) << edge.name << part.name;
    }
  }
  EXPECT_EQ(part(check([](Value x) { return abs(x); }, Tensor(0.0)), "second order").worst.because,
            "sign(x) jumps here");
  EXPECT_EQ(part(check([](Value x) { return 1.0 / x; }, Tensor(1e-200)), "x").worst.because,
            "the exact derivative is -inf");
}

// f = sqrt(x0^2 + x1^2) at the origin: slopes -1 and 1, and a rule that gives nan.
TEST(CheckEdges, ANanBetweenTwoSlopesCannotBeTold) {
  const auto found = check([](Value x) { return sqrt(sum(square(x))); }, Tensor(DType::f64, Shape{2}));
  EXPECT_EQ(part(found, "x").cannot_tell, 2) << text_of(found);
  EXPECT_EQ(part(found, "x").worst.because, "the exact derivative is nan, and the slopes on both sides are -1 and 1");
}

// The slope of where(x > 1, sqrt(x), x) at 0 is 1, but the branch that is not taken makes 0 * inf of it.
TEST(CheckEdges, ANanWhereThereIsASlopeIsWrong) {
  const auto found = check([](Value x) { return where(greater(x, constant_like(x, 1)), sqrt(x), x); }, Tensor(0.0));
  EXPECT_EQ(found.verdict(), Verdict::wrong) << text_of(found);
}

/// An op whose derivative is times `factor`, everywhere.
const Op* right = nullptr;
double factor = 1;
Values wrong_derive(Value y, Value dy) {
  Values parts = right->derive(y, dy);
  for (Value& part : parts) {
    if (part) part = factor * part;
  }
  return parts;
}

// Each is right near an edge of its domain, and wrong by a hundredth or more when falsified.
TEST(CheckEdges, WrongRulesAreFoundNearEdges) {
  const std::tuple<const char*, double, double> cases[] = {
      {"sqrt", 1e-9, 1.01},    {"sqrt", 1e-300, 0.5},  {"log", 1e-7, 1.01},     {"log1p", -1 + 1e-9, -1},
      {"log", 1e-200, 2},      {"exp", 709.5, 1.01},   {"abs", 1e-6, 0.9},      {"relu", 1e-7, 2},
      {"sin", 1e-7, 1.01},     {"tanh", 12, 2},        {"sigmoid", 20, 1.01},   {"erf", 5, 1.1},
      {"softplus", -20, 1.01}, {"square", 1e-12, 1.5}, {"square", 0.5, 1.0001}, {"sqrt", 1e20, 1.01},
      {"log", 1e16, 1.01},     {"square", 1e15, 1.01}, {"sin", 1e5, 1.01},
  };
  for (const auto& [name, at, wrong] : cases) {
    right = &find_op(name), factor = wrong;
    Op copy = *right;
    EXPECT_TRUE(check([&](Value x) { return apply(*right, {x}); }, Tensor(at), false).passed()) << name << " " << at;
    copy.derive = wrong_derive;
    const auto found = check([&](Value x) { return apply(copy, {x}); }, Tensor(at), false);
    EXPECT_EQ(found.verdict(), Verdict::wrong) << name << " " << at << "\n" << text_of(found);
  }
}

/// What is known of formulas of numbers that are large or small: the worst verdict of each order.
const Edge sizes[] = {
    // Rounding of a large y, or on the way to it, is larger than the slope times any step.
    {"x + 1e20", [](Value x) { return x + 1e20; }, 1, Verdict::cannot_tell, Verdict::agrees},
    {"(x + 1e15) - 1e15", [](Value x) { return (x + 1e15) - 1e15; }, 1, Verdict::cannot_tell, Verdict::agrees},
    {"1e18 - 3 x", [](Value x) { return 1e18 - 3.0 * x; }, 0.5, Verdict::cannot_tell, Verdict::agrees},
    {"sin + 1e16 - 1e16", [](Value x) { return (sin(x) + 1e16) - 1e16; }, 0.3, Verdict::cannot_tell, Verdict::agrees},
    // Hidden in part: larger steps tell.
    {"x + 1e9", [](Value x) { return x + 1e9; }, 1, Verdict::agrees, Verdict::agrees},
    // Steps are as large as x asks for, along directions too.
    {"square", [](Value x) { return square(x); }, 1e15, Verdict::agrees, Verdict::agrees},
    {"cube", [](Value x) { return x * x * x; }, -3e12, Verdict::agrees, Verdict::agrees},
    {"sqrt", [](Value x) { return sqrt(x); }, 1e13, Verdict::agrees, Verdict::agrees},
    {"sqrt of more", [](Value x) { return sqrt(x); }, 1e20, Verdict::agrees, Verdict::agrees},
    {"1/x", [](Value x) { return 1.0 / x; }, 1e16, Verdict::agrees, Verdict::agrees},
    {"log", [](Value x) { return log(x); }, 1e20, Verdict::agrees, Verdict::agrees},
    {"log1p", [](Value x) { return log1p(x); }, 4e17, Verdict::agrees, Verdict::agrees},
    // Large numbers on the way that do not count.
    {"log(exp + 1)", [](Value x) { return log(exp(x) + 1.0); }, 300, Verdict::agrees, Verdict::agrees},
    // Every step spans many periods.
    {"sin", [](Value x) { return sin(x); }, 1e15, Verdict::cannot_tell, Verdict::cannot_tell},
    {"sin of more", [](Value x) { return sin(x); }, 1e22, Verdict::cannot_tell, Verdict::cannot_tell},
    {"sin of less", [](Value x) { return sin(x); }, 1e14, Verdict::cannot_tell, Verdict::cannot_tell},
    {"cos", [](Value x) { return cos(x); }, 3e17, Verdict::cannot_tell, Verdict::cannot_tell},
    {"fast sin", [](Value x) { return sin(1e18 * x); }, 0.7, Verdict::cannot_tell, Verdict::cannot_tell},
    // No number can hold what the derivative is made of.
    {"log at the end", [](Value x) { return log(x); }, 1e308, Verdict::cannot_tell, Verdict::agrees},
    {"1/x^2", [](Value x) { return 1.0 / square(x); }, 1e-100, Verdict::cannot_tell, Verdict::cannot_tell},
    {"sqrt(x^2)", [](Value x) { return sqrt(square(x)); }, 1e-200, Verdict::cannot_tell, Verdict::cannot_tell},
    {"sqrt(x^4)", [](Value x) { return sqrt(square(square(x))); }, 1e-90, Verdict::cannot_tell, Verdict::cannot_tell},
    {"log(exp)", [](Value x) { return log(exp(x)); }, 700, Verdict::agrees, Verdict::cannot_tell},
    {"log(2 exp)", [](Value x) { return log(2.0 * exp(x)); }, 500, Verdict::agrees, Verdict::cannot_tell},
};

TEST(CheckEdges, LargeAndSmallNumbersAreToldOnlyWhereDifferencesKnow) {
  for (const Edge& edge : sizes) {
    const GradientCheck found = check(edge.formula, Tensor(edge.at));
    EXPECT_EQ(verdict(part(found, "x")), edge.first) << edge.name << "\n" << text_of(found);
    EXPECT_EQ(verdict(part(found, "directions")), edge.first) << edge.name << "\n" << text_of(found);
    EXPECT_EQ(verdict(part(found, "second order")), edge.second) << edge.name << "\n" << text_of(found);
    EXPECT_NE(found.verdict(), Verdict::wrong) << edge.name << "\n" << text_of(found);
    for (const GradientCheckPart& one : found.parts) {
      if (verdict(one) != Verdict::agrees) continue;
      const bool zero = std::max(std::abs(one.worst.exact), std::abs(one.worst.numeric)) < 1e-300;
      EXPECT_TRUE(zero || one.worst.relative_error() < 1e-3) << edge.name << " " << one.name;
    }
  }
}

TEST(CheckEdges, WhatHidesTheSlopeIsNamed) {
  const auto hidden = part(check([](Value x) { return x + 1e20; }, Tensor(1.0)), "x").worst.because;
  EXPECT_EQ(hidden.rfind("rounding hides the slope: 0 +- ", 0), 0u) << hidden;
  EXPECT_EQ(part(check([](Value x) { return log(x); }, Tensor(1e308)), "x").worst.because, "1 / x underflows here");
  EXPECT_EQ(part(check([](Value x) { return sqrt(square(x)); }, Tensor(1e-200)), "x").worst.because,
            "the exact derivative is inf: square(x) underflows here");
}

// A number near 1 beside one of 1e12: a step suits both, and a mistake in either is found.
TEST(CheckEdges, DirectionsSuitNumbersOfAllSizes) {
  const Tensor at = Tensor::from({3}, {1e12, 0.5, -2e6});
  EXPECT_TRUE(check([](Value x) { return sum(log(square(x) + 1.0)); }, at).passed());
  right = &find_op("log"), factor = 1.01;
  Op copy = *right;
  copy.derive = wrong_derive;
  const auto found = check([&](Value x) { return sum(apply(copy, {square(x) + 1.0})); }, at, false);
  EXPECT_EQ(part(found, "directions").wrong, 3) << text_of(found);
}

// At the kink the falsified slope lies between those on both sides, or cannot be told; beside it, it is found.
TEST(CheckEdges, WrongRulesAreFoundBehindKinks) {
  for (const char* name : {"relu", "abs", "selu"}) {
    right = &find_op(name), factor = 0.5;
    Op copy = *right;
    copy.derive = wrong_derive;
    const Tensor at = Tensor::from({4}, {0, 0, 0, 0});
    const auto found = check([&](Value x) { return apply(copy, {x}); }, at, false);
    EXPECT_GT(part(found, "beside").wrong, 0) << name << "\n" << text_of(found);
  }
  right = &find_op("tanh"), factor = 0.5;  // hidden by a kink that has nothing to do with it
  Op copy = *right;
  copy.derive = wrong_derive;
  const auto found = check([&](Value x) { return apply(copy, {x}) + relu(x) - relu(-x); }, Tensor(0.0), false);
  EXPECT_EQ(found.verdict(), Verdict::wrong) << text_of(found);
}

// A slope of 1e-10 is not 5e-10, however small both are.
TEST(CheckEdges, SmallSlopesAreTold) {
  right = &find_op("square"), factor = 5;
  Op copy = *right;
  copy.derive = wrong_derive;
  EXPECT_EQ(check([&](Value x) { return 1e-10 * apply(copy, {x}); }, Tensor(3.0), false).verdict(), Verdict::wrong);
}

TEST(CheckEdges, DirectionsStayInTheDomain) {  // x >= 0 for both: a random direction leads outside either way
  const auto found = check([](Value x) { return pow(x, 1.5); }, Tensor::from({6}, {0, 0, 0, 0, 0, 0}), false);
  EXPECT_EQ(found.verdict(), Verdict::agrees) << text_of(found);
}

TEST(CheckEdges, WorkIsBounded) {
  Graph g;
  const Value w = g.input("w", Type{DType::f64, {400, 300}}), b = g.input("b", Type{DType::f64, {400, 1}});
  const std::vector<Binding> bindings{{w, Tensor::full(w.type(), 0.01)}, {b, Tensor(b.type())}};
  const Value y = sum(square(tanh(w) * tanh(w) + b));
  const std::vector<Value> xs{w, b};
  const GradientCheck all = gradient_check(y, xs, bindings);
  EXPECT_EQ(all.parts[0].checked, 64);
  const GradientCheck few = gradient_check(y, xs, bindings, {.work = 4 * least_work(y, xs)});
  EXPECT_LT(few.parts[0].checked, 16);
  EXPECT_GE(few.parts[0].checked, 2);
  EXPECT_GE(few.parts[2].checked, 1);
  EXPECT_TRUE(few.passed() && few.sampled());
}

}  // namespace
}  // namespace gradus
