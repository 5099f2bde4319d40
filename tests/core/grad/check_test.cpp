// The gradient check finds every wrong derivative, and nothing where there is none.
#include "gradus/core/grad/check.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "gradus/core/ops/all.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "tests/support/numbers.hpp"

namespace gradus {
namespace {

// The op whose derivative is being falsified, and which of its adjoints: derive is a plain function.
const Op* victim = nullptr;
std::size_t falsified = 0;
double factor = 1;

/// The right derivative with one adjoint times `factor`, plus a quarter, so that zeros are wrong too.
Values wrong_derive(Value y, Value dy) {
  Values parts = victim->derive(y, dy);
  Value& part = parts[falsified];
  const Value input = y.input(static_cast<int>(falsified)), quarter = constant_like(input, 0.25);
  part = part ? factor * part + quarter : broadcast_to(quarter, input.shape());
  return parts;
}

GradientCheck check(test::Case& c, const GradientCheckOptions& options = {}) {
  return gradient_check(test::weighted_sum(c.y), c.floating, c.bindings, options);
}

class Planted : public testing::TestWithParam<std::size_t> {
 protected:
  const Op& op() const { return *all_ops()[GetParam()]; }
};

/// A sample in which the op has a floating input of several elements and a gradient.
std::vector<Sample> samples_of(const Op& op) {
  std::vector<Sample> out;
  if (!op.samples || !op.derive || op.name == "stop_gradient") return out;
  for (const Sample& sample : op.samples()) {
    test::Case c = test::make_case(op, sample);
    if (c.floating.empty() || c.y.dtype() != DType::f64 || c.y.shape().count() == 0) continue;
    const double value = interpret(std::vector{test::weighted_sum(c.y)}, c.bindings)[0].number();
    if (std::isfinite(value)) out.push_back(sample);  // logsumexp of nothing is -inf
  }
  return out;
}

TEST_P(Planted, WrongDerivativesAreFound) {
  for (const Sample& sample : samples_of(op())) {
    test::Case right = test::make_case(op(), sample);
    const GradientCheck clean = check(right);
    EXPECT_TRUE(clean.passed()) << op().name << ": a right derivative was called wrong";
    for (std::size_t input = 0; input < sample.inputs.size(); ++input) {
      if (!is_floating(sample.inputs[input].dtype) || sample.inputs[input].shape.count() == 0) continue;
      for (const double wrong : {1.5, 0.5, -1.0, 1.0}) {
        Op copy = op();
        copy.derive = wrong_derive;
        victim = &op(), falsified = input, factor = wrong;
        test::Case c = test::make_case(copy, sample);
        EXPECT_EQ(check(c, {.elements = 4, .directions = 1}).verdict(), GradientComparison::Verdict::wrong)
            << op().name << ": a derivative by input " << input << " times " << wrong << " plus 0.25 was not found";
      }
    }
  }
}

std::string op_name(const testing::TestParamInfo<std::size_t>& info) {
  return std::string(all_ops()[info.param]->name);
}
INSTANTIATE_TEST_SUITE_P(Ops, Planted, testing::Range(std::size_t{0}, all_ops().size()), op_name);

struct Function {
  Graph g;
  std::vector<Binding> bindings;
  Value x(double at) {
    const Value x = g.input("x");
    bindings.push_back({x, Tensor(at)});
    return x;
  }
};

TEST(GradientCheck, KinksAreTold) {
  Function at_zero;
  const Value zero = at_zero.x(0);
  const GradientCheck kink = gradient_check(relu(zero), std::vector{zero}, at_zero.bindings, {.directions = 0});
  EXPECT_TRUE(kink.passed());
  EXPECT_EQ(kink.parts[0].kinks, 1);
  EXPECT_EQ(kink.parts[0].worst.verdict, GradientComparison::Verdict::kink);
  Function near;
  const Value x = near.x(2e-6);  // within the step, but not at the kink
  const GradientCheck found = gradient_check(relu(x), std::vector{x}, near.bindings);
  EXPECT_TRUE(found.passed());
  EXPECT_EQ(found.parts[0].kinks, 0);
  EXPECT_NEAR(found.parts[0].worst.numeric, 1, 1e-6);  // of the step that did not cross it
}

TEST(GradientCheck, SecondDerivatives) {
  Graph g;
  const Value w = g.input("w", Type{DType::f64, {3, 4}});
  const std::vector<Binding> bindings{{w, test::draw_floating(w.type(), -1, 1, 0)}};
  const GradientCheck found = gradient_check(sum(sigmoid(w) * square(w)), std::vector{w}, bindings, {.second = true});
  ASSERT_EQ(found.parts.size(), 3u);
  EXPECT_TRUE(found.passed());
  EXPECT_EQ(found.verdict(), GradientComparison::Verdict::agrees);
  EXPECT_EQ(found.parts[0].checked, 12);
  EXPECT_EQ(found.parts[2].name, "second order");
  EXPECT_GT(std::abs(found.parts[2].worst.exact), 1e-3);
}

// The slope of tanh is right, but the derivative of that slope is not: only the second order can tell.
const Op* flat = nullptr;
Values derive_once(Value y, Value dy) { return {dy * stop_gradient(1.0 - square(y))}; }

TEST(GradientCheck, AWrongSecondDerivativeIsFound) {
  flat = &find_op("tanh");
  Op copy = *flat;
  copy.derive = derive_once;
  Graph g;
  const Value x = g.input("x", Type{DType::f64, {5}});
  const std::vector<Binding> bindings{{x, test::draw_floating(x.type(), -1, 1, 0)}};
  const Value y = sum(square(apply(copy, {x})));
  EXPECT_TRUE(gradient_check(y, std::vector{x}, bindings).passed());
  EXPECT_FALSE(gradient_check(y, std::vector{x}, bindings, {.second = true}).passed());
}

TEST(GradientCheck, LargeInputsAreSampledButDirectionsSeeAll) {
  Graph g;
  const Value w = g.input("w", Type{DType::f64, {50, 60}});
  const std::vector<Binding> bindings{{w, test::draw_floating(w.type(), -1, 1, 0)}};
  const GradientCheck found = gradient_check(sum(square(w)), std::vector{w}, bindings, {.elements = 10});
  EXPECT_EQ(found.parts[0].checked, 10);
  EXPECT_EQ(found.parts[0].elements, 3000);
  EXPECT_EQ(found.parts[1].elements, 3000);
  EXPECT_TRUE(found.passed());
}

TEST(GradientCheck, RefusesF32AndUnboundInputs) {
  Graph g;
  const Value x = g.input("x"), y = g.input("y", Type{DType::f32, {}}), z = g.input("z");
  const std::vector<Binding> bindings{{x, Tensor(1.0)}, {y, Tensor(1.0)}};
  EXPECT_THROW(gradient_check(square(y), std::vector{y}, bindings), UserError);
  EXPECT_THROW(gradient_check(square(x), std::vector{z}, bindings), UserError);
  EXPECT_THROW(gradient_check(log(x - 1.0), std::vector{x}, bindings), UserError);
}

// The properties of the lecture's "numeric troubles" (worked example 000-numdiff-tradeoff).
TEST(EpsilonSweep, TheTradeOffOfTheLecture) {
  Graph g;
  const Value w = g.input("w"), z = 2.0 * w + 1.0;
  const EpsilonSweep sweep = sweep_epsilon(softplus(-z), w, 0, std::vector<Binding>{{w, Tensor(0.5)}});
  ASSERT_EQ(sweep.rows.size(), 15u);
  EXPECT_LT(sweep.rows[1].central_error, sweep.rows[1].forward_error / 50);
  const EpsilonError &central = sweep.rows[sweep.best_central], &forward = sweep.rows[sweep.best_forward];
  EXPECT_LT(central.central_error, 1e-10);
  EXPECT_TRUE(central.epsilon > 0.5e-8 && central.epsilon < 2e-3) << central.epsilon;
  EXPECT_LT(forward.forward_error, 1e-6);
  EXPECT_TRUE(forward.epsilon > 0.5e-11 && forward.epsilon < 2e-6) << forward.epsilon;
  EXPECT_LT(central.central_error, forward.forward_error);
}

}  // namespace
}  // namespace gradus
