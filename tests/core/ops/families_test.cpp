// What the suite over all ops does not see: conventions, refusals, and the numbers of random ops.
#include <gtest/gtest.h>

#include <cmath>

#include "gradus/core/base/random.hpp"
#include "gradus/core/grad/differentiate.hpp"
#include "gradus/core/ops/conv.hpp"
#include "gradus/core/ops/index.hpp"
#include "gradus/core/ops/interpret.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/core/ops/pool.hpp"
#include "gradus/core/ops/random.hpp"
#include "gradus/core/ops/reduce.hpp"
#include "gradus/core/ops/softmax.hpp"

namespace gradus {
namespace {

using Numbers = std::vector<double>;

template <class F> std::string message(F&& f) {
  try {
    f();
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

Numbers numbers(Value v) { return interpret({v}, {})[0].numbers(); }
Value literal(Graph& g, const Shape& shape, std::initializer_list<double> x, DType dtype = DType::f64) {
  return g.constant(Tensor::from(shape, x, dtype));
}

TEST(Clamp, GivesTheGradientToXAtItsBounds) {
  Graph g;
  const Value x = literal(g, {5}, {-2, -1, 0, 1, 2});
  const Value low = g.constant(-1), high = g.constant(1);
  const Values d = gradient(sum(clamp(x, low, high)), {x, low, high});
  EXPECT_EQ(numbers(d[0]), (Numbers{0, 1, 1, 1, 0}));
  EXPECT_EQ(numbers(d[1]), (Numbers{1}));
  EXPECT_EQ(numbers(d[2]), (Numbers{1}));
}

TEST(Reductions, CountAxesFromBothEnds) {
  Graph g;
  const Value x = literal(g, {2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(numbers(sum(x, {-1})), (Numbers{6, 15}));
  EXPECT_EQ(numbers(sum(x, {-1, 0})), (Numbers{21}));
  EXPECT_EQ(sum(x, {1, 0}).node().attrs, sum(x).node().attrs);
  EXPECT_EQ(max(x, {0}, true).shape(), (Shape{1, 3}));
  EXPECT_EQ(numbers(argmax(x, -2)), (Numbers{1, 1, 1}));
}

TEST(Reductions, RefuseAxesThatAreNotThere) {
  Graph g;
  const Value x = literal(g, {2, 3}, {1, 2, 3, 4, 5, 6}), one = g.constant(1);
  EXPECT_NE(message([&] { sum(x, {2}); }).find("sum: found axis 2 of f64[2,3]"), std::string::npos);
  EXPECT_NE(message([&] { mean(x, {1, -1}); }).find("axis 1 twice"), std::string::npos);
  EXPECT_NE(message([&] { argmax(one); }).find("argmax"), std::string::npos);
  EXPECT_NE(message([&] { softmax(x, 5); }).find("softmax"), std::string::npos);
}

TEST(Reductions, OverNothing) {
  Graph g;
  const Value none = g.constant(Tensor(DType::f64, {2, 0}));
  EXPECT_EQ(numbers(sum(none, {1})), (Numbers{0, 0}));
  EXPECT_EQ(numbers(logsumexp(none, {1})), (Numbers{-INFINITY, -INFINITY}));
  for (auto f : {+[](Value x) { return mean(x, {1}); }, +[](Value x) { return max(x, {1}); },
                 +[](Value x) { return min(x, {1}); }, +[](Value x) { return argmax(x, 1); }}) {
    EXPECT_NE(message([&] { f(none); }).find("at least one element"), std::string::npos);
  }
  EXPECT_EQ(max(none, {0}).shape(), (Shape{0})) << "over two rows of nothing";
}

TEST(Sum, RefusesWhatWouldOverflow) {
  Graph g;
  const Value truth = literal(g, {3}, {1, 1, 1}, DType::u8);
  EXPECT_NE(message([&] { sum(truth); }).find("cast to i64"), std::string::npos);
  EXPECT_EQ(numbers(sum(cast(truth, DType::i64))), (Numbers{3}));
}

TEST(Sum, OfF32LosesNothingToItsLength) {
  Graph g;
  const Value x = g.constant(Tensor::full({DType::f32, {1 << 20}}, 0.1));
  EXPECT_EQ(numbers(sum(x))[0], static_cast<double>(static_cast<float>((1 << 20) * static_cast<double>(0.1f))));
}

TEST(Indices, OutsideTheAxisAreNamed) {
  Graph g;
  const Value table = literal(g, {3}, {1, 2, 3});
  for (double bad : {-1.0, 3.0}) {
    const Value index = literal(g, {2}, {0, bad}, DType::i64);
    const std::string expected = "index " + std::to_string(static_cast<int>(bad)) + " at element 1";
    for (Value v : {gather(table, index), scatter_add(literal(g, {2}, {1, 1}), index, 3), one_hot(index, 3)}) {
      const std::string found = message([&] { numbers(v); });
      EXPECT_NE(found.find(expected), std::string::npos) << found;
      EXPECT_TRUE(found.starts_with(v.op().name)) << found;
    }
  }
  EXPECT_NE(message([&] { gather(table, table); }).find("cast them to i64"), std::string::npos);
  EXPECT_NE(message([&] {
              scatter_add(table, literal(g, {2}, {0, 1}, DType::i64), 3);
            }).find("scatter_add"),
            std::string::npos);
}

TEST(ScatterAdd, AddsInIndexOrder) {
  Graph g;
  const Value index = literal(g, {3}, {1, 1, 1}, DType::i32);
  const Value y = scatter_add(literal(g, {3}, {1e16, 1, -1e16}), index, 2);
  EXPECT_EQ(numbers(y), (Numbers{0, 0})) << "(1e16 + 1) - 1e16 is 0 in f64";
  EXPECT_EQ(numbers(scatter_add(literal(g, {2, 3}, {1, 2, 3, 4, 5, 6}), index, 2, -1)), (Numbers{0, 6, 0, 15}));
}

class RandomOps : public testing::Test {
 protected:
  Graph g;
  Value key(double seed, double step) { return literal(g, {2}, {seed, step}, DType::i64); }
};

TEST_F(RandomOps, DrawWhatTheKeyAndTheStreamSay) {
  const Type type{DType::f32, {3, 4}};
  std::vector<float> expected(12);
  fill_normal({7, 9, 5}, 0, std::span<float>(expected));
  EXPECT_EQ(numbers(random_normal(key(7, 9), type, 5)), Numbers(expected.begin(), expected.end()));
  fill_uniform({7, 9, 5}, 0, std::span<float>(expected));
  EXPECT_EQ(numbers(random_uniform(key(7, 9), type, 5)), Numbers(expected.begin(), expected.end()));
  for (Value other :
       {random_uniform(key(8, 9), type, 5), random_uniform(key(7, 8), type, 5), random_uniform(key(7, 9), type, 6)}) {
    EXPECT_NE(numbers(other), Numbers(expected.begin(), expected.end()));
  }
}

TEST_F(RandomOps, TakeNegativeSeedsAndRefuseNegativeSteps) {
  const Type type{DType::f64, {2}};
  std::vector<double> expected(2);
  fill_uniform({~std::uint64_t{0}, 0, 0}, 0, std::span<double>(expected));
  EXPECT_EQ(numbers(random_uniform(key(-1, 0), type, 0)), expected);
  EXPECT_NE(message([&] { numbers(random_uniform(key(0, -1), type, 0)); }).find("step -1"), std::string::npos);
}

TEST_F(RandomOps, RefuseWhatTheyCannotDraw) {
  const Value good = key(0, 0);
  EXPECT_NE(message([&] { random_bernoulli(good, {2}, 1.5, 0); }).find("p = 1.5"), std::string::npos);
  EXPECT_NE(message([&] { random_bernoulli(good, {2}, NAN, 0); }).find("p = nan"), std::string::npos);
  EXPECT_NE(message([&] { random_normal(good, {DType::i32, {2}}, 0); }).find("f32 or f64"), std::string::npos);
  EXPECT_NE(message([&] { random_normal(good, {DType::f32, {2}}, -1); }).find("stream -1"), std::string::npos);
  EXPECT_NE(message([&] { random_normal(g.constant(1), {DType::f32, {2}}, 0); }).find("seed, step"), std::string::npos);
  EXPECT_EQ(numbers(random_bernoulli(good, {3}, 1, 0)), (Numbers{1, 1, 1}));
}

TEST(Reshape, FillsInOneSize) {
  Graph g;
  const Value x = g.input("x", {4, 6}, DType::f32);
  EXPECT_EQ(reshape(x, Integers{3, -1}).shape(), (Shape{3, 8}));
  EXPECT_NE(message([&] { reshape(x, Integers{-1, -1}); }).find("at most one"), std::string::npos);
  EXPECT_NE(message([&] { reshape(x, Integers{5, -1}); }).find("reshape"), std::string::npos);
  EXPECT_NE(message([&] {
              reshape(x, Integers{std::int64_t{1} << 40, std::int64_t{1} << 40, -1});
            }).find("fits"),
            std::string::npos);
  EXPECT_NE(message([&] { reshape(x, Integers{-5, -1}); }).find("sizes >= 0"), std::string::npos);
  EXPECT_NE(message([&] { reshape(x, Integers{5, 5}); }).find("as many elements"), std::string::npos);
}

TEST(SumTo, IsTheInverseOfBroadcasting) {
  Graph g;
  const Value x = literal(g, {2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(numbers(sum_to(x, {3})), (Numbers{5, 7, 9}));
  EXPECT_EQ(numbers(sum_to(x, {2, 1})), (Numbers{6, 15}));
  EXPECT_EQ(numbers(sum_to(x, {})), (Numbers{21}));
  EXPECT_EQ(sum_to(x, {2, 3}), x);
}

TEST(Transpose, WantsAMatrix) {
  Graph g;
  EXPECT_NE(message([&] { transpose(g.input("x", {3}, DType::f32)); }).find("a matrix"), std::string::npos);
}

TEST(Concatenate, WantsEqualSizesElsewhere) {
  Graph g;
  const Value parts[] = {g.input("a", {2, 3}, DType::f32), g.input("b", {3, 3}, DType::f32)};
  EXPECT_EQ(concatenate(parts, 0).shape(), (Shape{5, 3}));
  EXPECT_NE(message([&] { concatenate(parts, 1); }).find("f32[2,3] and f32[3,3]"), std::string::npos);
  EXPECT_NE(message([&] { concatenate({}, 1); }).find("no inputs"), std::string::npos);
}

TEST(Conv, SaysWhatDoesNotFit) {
  Graph g;
  const Value x = g.input("x", {2, 4, 5, 6}, DType::f32), w = g.input("w", {6, 4, 3, 3}, DType::f32);
  EXPECT_EQ(conv(x, w).shape(), (Shape{2, 6, 3, 4}));
  EXPECT_EQ(conv(x, w, {.stride = {2, 3}, .padding = {1}, .dilation = {1, 2}}).shape(), (Shape{2, 6, 3, 2}));
  const auto said = [&](Value image, Value weights, const ConvOptions& options) {
    return message([&] { conv(image, weights, options); });
  };
  EXPECT_NE(said(x, w, {.dilation = {3}}).find("a kernel of [3,3], dilation [3,3] over f32[2,4,5,6]"),
            std::string::npos);
  EXPECT_NE(said(x, w, {.dilation = {3}}).find("(7 > 5 on axis 2)"), std::string::npos);
  EXPECT_NE(said(x, w, {.stride = {0}}).find("stride 0; expected 1 to 2^30"), std::string::npos);
  EXPECT_NE(said(x, w, {.padding = {-1}}).find("padding -1"), std::string::npos);
  EXPECT_NE(said(x, w, {.stride = {1, 1, 1}}).find("stride [1,1,1]"), std::string::npos);
  EXPECT_NE(said(x, w, {.groups = 3}).find("3 groups of 4 channels in, 6 out"), std::string::npos);
  EXPECT_NE(said(x, w, {.groups = 2}).find("axis 1 of the weights equal to channels / groups, 2"), std::string::npos);
  EXPECT_NE(said(flatten(x), w, {}).find("[rows, channels, height, width]"), std::string::npos);
  EXPECT_NE(said(x, flatten(w), {}).find("weights f32[6,36]"), std::string::npos);
  EXPECT_NE(message([&] { conv_input_grad(x, w, {5, 6}); }).find("conv_input_grad"), std::string::npos);
  EXPECT_NE(message([&] {
              conv_weight_grad(x, x, {2, 2});
            }).find("conv_weight_grad: found a gradient"),
            std::string::npos);
}

TEST(Pool, SaysWhatDoesNotFit) {
  Graph g;
  const Value x = g.input("x", {2, 4, 5}, DType::f32), none = g.input("none", {2, 4, 0}, DType::f32);
  EXPECT_EQ(max_pool(x, {}).shape(), (Shape{2, 4, 2}));
  EXPECT_NE(message([&] { max_pool(x, {.kernel = {6}}); }).find("(6 > 5 on axis 2)"), std::string::npos);
  EXPECT_NE(message([&] { avg_pool(x, {.kernel = {3}, .padding = {2}}); }).find("at most half"), std::string::npos);
  EXPECT_NE(message([&] { max_pool(none, {.padding = {1}}); }).find("at least one element"), std::string::npos);
  EXPECT_EQ(avg_pool(none, {.padding = {1}}).shape(), (Shape{2, 4, 1})) << "the mean of zeros";
}

TEST(Flatten, KeepsTheRows) {
  Graph g;
  EXPECT_EQ(flatten(g.input("x", Shape{3, 2, 4, 5}, DType::f64)).shape(), (Shape{3, 40}));
  EXPECT_EQ(flatten(g.input("none", Shape{0, 2, 4}, DType::f64)).shape(), (Shape{0, 8}));
  EXPECT_EQ(flatten(g.input("vector", Shape{3}, DType::f64)).shape(), (Shape{3, 1}));
  EXPECT_NE(message([&] { flatten(g.constant(1)); }).find("[rows, ...]"), std::string::npos);
}

}  // namespace
}  // namespace gradus
