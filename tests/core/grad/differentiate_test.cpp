#include "gradus/core/grad/differentiate.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "gradus/core/graph/verify.hpp"
#include "gradus/core/ops/index.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/matmul.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/core/ops/reduce.hpp"
#include "tests/support/numbers.hpp"

namespace gradus {
namespace {

std::vector<double> numbers(Value v, std::initializer_list<Binding> bindings) {
  return interpret({v}, bindings)[0].numbers();
}

// f = (2x + y^2) z^3 at 4, 3, 2 is 136; gradients 16, 48, 204; d2f/dydz = 6 y z^2 = 72.
TEST(Gradient, OfThreeNumbers) {
  Graph g;
  const Value x = g.input("x"), y = g.input("y"), z = g.input("z");
  const Value f = (2.0 * x + y * y) * (z * z * z);
  const Values d = gradient(f, {x, y, z});
  const Value mixed = gradient(d[1], {z})[0];
  const auto found = interpret({f, d[0], d[1], d[2], mixed}, {{x, 4.0}, {y, 3.0}, {z, 2.0}});
  const double expected[] = {136, 16, 48, 204, 72};
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(found[i].number(), expected[i]);
}

TEST(Gradient, AddsWhatReachesAnInputTwice) {
  Graph g;
  const Value x = g.input("x");
  EXPECT_EQ(numbers(gradient(x * x * x + x, {x})[0], {{x, 2.0}}), (std::vector<double>{13}));
}

TEST(Gradient, SumsWhatBroadcastingRepeated) {
  Graph g;
  const Value x = g.input("x", {2, 3}, DType::f64), b = g.input("b", {3}, DType::f64),
              c = g.input("c", {2, 1}, DType::f64);
  const Values d = gradient(sum(x * b + c), {b, c});
  const Tensor one = Tensor::from({2, 3}, {1, 2, 3, 4, 5, 6});
  const auto found = interpret({d[0], d[1]}, {{x, one}, {b, Tensor(DType::f64, {3})}, {c, Tensor(DType::f64, {2, 1})}});
  EXPECT_EQ(found[0].numbers(), (std::vector<double>{5, 7, 9}));
  EXPECT_EQ(found[1].numbers(), (std::vector<double>{3, 3}));
  EXPECT_EQ(found[1].shape(), (Shape{2, 1}));
}

TEST(Gradient, IsZeroWhereNoPathLeads) {
  Graph g;
  const Value x = g.input("x", {2}, DType::f32), y = g.input("y"), later = g.input("later", {3}, DType::f64);
  const Value f = y * y;
  const Value after = g.input("after");
  for (Value v : {x, later, after, stop_gradient(y)}) {
    const Value d = gradient(f, {v})[0];
    EXPECT_EQ(d.type(), v.type());
    for (double q : interpret({d}, {})[0].numbers()) EXPECT_EQ(q, 0);
  }
  EXPECT_EQ(numbers(gradient(stop_gradient(y) * y, {y})[0], {{y, 3.0}}), (std::vector<double>{3}));
}

TEST(Gradient, WithASeedIsAVectorTimesTheJacobian) {
  Graph g;
  const Value x = g.input("x", {3}, DType::f64), seed = g.constant(Tensor::from({3}, {1, 10, 100}));
  EXPECT_EQ(numbers(gradient(square(x), {x}, seed)[0], {{x, Tensor::from({3}, {1, 2, 3})}}),
            (std::vector<double>{2, 40, 600}));
}

TEST(Gradient, PassesByIndices) {
  Graph g;
  const Value table = g.input("table", {3, 2}, DType::f64), tokens = g.input("tokens", {4}, DType::i64);
  const Value d = gradient(sum(gather(table, tokens)), {table})[0];
  EXPECT_EQ(numbers(d, {{table, Tensor(DType::f64, {3, 2})}, {tokens, Tensor::from({4}, {2, 0, 2, 2}, DType::i64)}}),
            (std::vector<double>{1, 1, 0, 0, 3, 3}));
}

TEST(Gradient, RefusesWhatHasNone) {
  Graph g, other;
  const Value x = g.input("x", {3}, DType::f64), i = g.input("i", {3}, DType::i64), y = sum(x);
  const auto refused = [](auto f) {
    try {
      f();
    } catch (const UserError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_NE(refused([&] { gradient(x, {x}); }).find("sum() or mean()"), std::string::npos);
  EXPECT_NE(refused([&] { gradient(sum(i), {x}); }).find("f32 or f64"), std::string::npos);
  EXPECT_NE(refused([&] { gradient(y, {i}); }).find("floating"), std::string::npos);
  EXPECT_NE(refused([&] { gradient(y, {other.input("x")}); }).find("same graph"), std::string::npos);
  EXPECT_NE(refused([&] { gradient(y, {x, Value{}}); }).find("an empty value"), std::string::npos);
  EXPECT_NE(refused([&] { gradient(y, {x}, x); }).find("a seed of type"), std::string::npos);
}

TEST(Gradient, NamesTheOpThatHasNoDerivative) {
  static const Op opaque = [] {
    Op op = exp(Graph().input("x")).op();
    op.name = "opaque";
    op.derive = nullptr;
    return op;
  }();
  Graph g;
  const Value x = g.input("x"), y = g.append(opaque, {x});
  try {
    gradient(y * 2.0, {x});
    FAIL();
  } catch (const UserError& error) {
    EXPECT_NE(std::string(error.what()).find("opaque"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("stop_gradient"), std::string::npos) << error.what();
  }
  EXPECT_NO_THROW(gradient(stop_gradient(y) * x, {x}));
  const Value z = g.input("z");
  EXPECT_NO_THROW(gradient(y * z, {z})) << "no path to z crosses it";
}

TEST(Differentiate, TellsWhatEachEdgeBrings) {
  Graph g;
  const Value x = g.input("x"), y = g.input("y"), product = x * y, f = product + x;
  const Value only_x[] = {x};
  const Derivative d = differentiate(f, only_x);
  const auto at = [](Value v) { return static_cast<std::size_t>(v.id); };
  const auto value = [&](Value v) { return interpret({v}, {{x, 2.0}, {y, 5.0}})[0].number(); };
  EXPECT_EQ(value(d.adjoint_of[at(f)]), 1);
  EXPECT_EQ(value(d.adjoint_of[at(product)]), 1);
  EXPECT_EQ(value(d.adjoint_of[at(x)]), 6);
  EXPECT_FALSE(d.adjoint_of[at(y)]) << "nobody asked for y";
  EXPECT_EQ(value(d.contribution_of[at(product)][0]), 5);
  EXPECT_FALSE(d.contribution_of[at(product)][1]);
  EXPECT_EQ(value(d.contribution_of[at(f)][1]), 1);
}

// Two layers with broadcast biases, to the second order, and the third of a product.
TEST(Gradient, OfATwoLayerNetAgreesWithDifferencesTwice) {
  test::Case c;
  Graph& g = *c.graph;
  const auto add = [&](const char* name, Shape shape) {
    const Value v = g.input(name, shape, DType::f64);
    const int place = static_cast<int>(c.bindings.size());
    c.bindings.push_back({v, test::draw_floating(v.type(), -0.8, 0.8, place)});
    c.floating.push_back(v);
    return v;
  };
  const Value x = add("x", {4, 3}), w = add("w", {5, 3}), b = add("b", {5}), v = add("v", {1, 5}), d = add("d", {});
  const Value e = matmul(tanh(matmul(x, transpose(w)) + b), transpose(v)) + d;
  const Value loss = sum(sigmoid(e) * e);
  EXPECT_LT(test::worst_gradient(loss, c).difference, 1e-9);
  const Values first = gradient(loss, c.floating);
  const Value norm = sum(first[1] * first[1]) + sum(first[2] * first[2]);
  EXPECT_LT(test::worst_gradient(norm, c).difference, 1e-9);
  verify(g);
}

TEST(Gradient, CanBeTakenAgainAndAgain) {
  Graph g;
  const Value x = g.input("x");
  Value d = sin(x);
  for (int order = 0; order < 5; ++order) d = gradient(d, {x})[0];
  EXPECT_NEAR(interpret({d}, {{x, 0.7}})[0].number(), std::cos(0.7), 1e-14);
}

/// The Hessian of a^b by (a, b) at two numbers, row by row.
std::vector<double> hessian_of_power(double a, double b) {
  Graph g;
  const Value x = g.input("x"), n = g.input("n");
  const Values first = gradient(pow(x, n), {x, n});
  Values second = gradient(first[0], {x, n});
  for (Value v : gradient(first[1], {x, n})) second.push_back(v);
  std::vector<double> out;
  for (const Tensor& number : interpret(second, std::vector<Binding>{{x, a}, {n, b}})) out.push_back(number.number());
  return out;
}

// d2/dx2 x^n = n (n - 1) x^(n-2), d2/dxdn = x^(n-1) (1 + n ln x), d2/dn2 = x^n ln^2 x; at x = 0 their limits.
TEST(Gradient, PowersOfTheSecondOrder) {
  for (const double n : {2.0, 3.0, 4.0, 7.0}) {
    EXPECT_EQ(hessian_of_power(0, n), (std::vector<double>{n == 2 ? 2.0 : 0, 0, 0, 0})) << n;
  }
  EXPECT_EQ(hessian_of_power(0, 0), (std::vector<double>{0, 0, 0, 0}));
  EXPECT_EQ(hessian_of_power(0, 1)[0], 0);
  for (const double n : {-2.0, -1.0, 0.0, 1.0, 2.0, 2.5}) {
    const double x = 3, ln = std::log(x);
    const double expected[] = {n * (n - 1) * std::pow(x, n - 2), std::pow(x, n - 1) * (1 + n * ln),
                               std::pow(x, n - 1) * (1 + n * ln), std::pow(x, n) * ln * ln};
    const auto found = hessian_of_power(x, n);
    for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(found[i], expected[i], 1e-12) << n << " " << i;
  }
}

// The k-th derivative of x^n at 0 is n! where k = n, else 0: for exponents that are constants and that are inputs.
TEST(Gradient, PowersAtZeroOfAnyOrder) {
  for (int n = 0; n <= 4; ++n) {
    Graph g;
    const Value x = g.input("x"), exponent = g.input("n");
    Value fixed = pow(x, n), given = pow(x, exponent);
    double factorial = 1;
    for (int k = 1; k <= 5; ++k) {
      factorial *= k;
      fixed = gradient(fixed, {x})[0], given = gradient(given, {x})[0];
      const auto found = interpret({fixed, given}, {{x, 0.0}, {exponent, static_cast<double>(n)}});
      EXPECT_EQ(found[0].number(), k == n ? factorial : 0) << n << " " << k;
      EXPECT_EQ(found[1].number(), k == n ? factorial : 0) << n << " " << k;
    }
  }
}

TEST(Gradient, OfLargeNumbersThroughGelu) {
  Graph g;
  const Value x = g.input("x");
  const Value d = gradient(gelu_tanh(x), {x})[0], second = gradient(d, {x})[0];
  for (const double at : {1e160, 1e300, 60.0, 1e20}) {
    const auto right = interpret({d, second}, {{x, at}}), left = interpret({d, second}, {{x, -at}});
    EXPECT_EQ(right[0].number(), 1) << at;
    EXPECT_EQ(left[0].number(), 0) << at;
    EXPECT_EQ(right[1].number(), 0) << at;
    EXPECT_EQ(left[1].number(), 0) << at;
  }
}

}  // namespace
}  // namespace gradus
