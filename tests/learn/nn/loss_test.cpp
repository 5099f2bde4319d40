#include "gradus/learn/nn/loss.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "gradus/core/grad/differentiate.hpp"
#include "gradus/core/ops/interpret.hpp"

namespace gradus::loss {
namespace {

struct Case {
  const char* name;
  std::int64_t columns;
  std::vector<double> prediction, target;
  double loss;
  std::vector<double> gradient;
};

#include "tests/learn/nn/torch_losses.inl"

struct Computed {
  double loss;
  std::vector<double> gradient;
};

Computed compute(const Loss& loss, const Tensor& prediction, const Tensor& target) {
  Graph graph;
  const Value y = graph.input("y", prediction.type()), t = graph.input("t", target.type());
  const Value value = loss.build(y, t);
  const auto out = interpret({value, gradient(value, {y})[0]}, {{y, prediction}, {t, target}});
  return {out[0].number(), out[1].numbers()};
}

TEST(Loss, IsLikeTorch) {
  for (const Case& c : cases) {
    const auto rows = static_cast<std::int64_t>(c.prediction.size()) / c.columns;
    const bool classes = c.target.size() != c.prediction.size();
    const Tensor target =
        classes ? Tensor::from({rows}, c.target, DType::i64) : Tensor::from({rows, c.columns}, c.target);
    const Computed got = compute(parse_loss(c.name), Tensor::from({rows, c.columns}, c.prediction), target);
    EXPECT_NEAR(got.loss, c.loss, 1e-14 * std::fabs(c.loss)) << c.name;
    for (std::size_t i = 0; i < c.gradient.size(); ++i) {
      EXPECT_NEAR(got.gradient[i], c.gradient[i], 1e-14 * std::fmax(1, std::fabs(c.gradient[i]))) << c.name << ' ' << i;
    }
  }
}

TEST(Loss, BinaryCrossEntropyCutsLogarithmsOff) {
  for (DType dtype : {DType::f32, DType::f64}) {
    const auto wrong =
        compute(binary_cross_entropy, Tensor::from({2, 1}, {0, 1}, dtype), Tensor::from({2, 1}, {1, 0}, dtype));
    EXPECT_EQ(wrong.loss, 100);
    EXPECT_EQ(wrong.gradient, (std::vector<double>{0, 0}));
    const auto right =
        compute(binary_cross_entropy, Tensor::from({2, 1}, {0, 1}, dtype), Tensor::from({2, 1}, {0, 1}, dtype));
    EXPECT_EQ(right.loss, 0);
    EXPECT_EQ(right.gradient, (std::vector<double>{0.5, -0.5}));
  }
}

TEST(Loss, LogitsOfAnySizeStayFinite) {
  const auto got = compute(cross_entropy, Tensor::from({2, 2}, {1e4, -1e4, -1e4, 1e4}, DType::f32),
                           Tensor::from({2}, {1, 1}, DType::i64));
  EXPECT_EQ(got.loss, 1e4);
  EXPECT_EQ(got.gradient, (std::vector<double>{0.5, -0.5, 0, 0}));
}

TEST(Loss, MaeIsFlatWhereItIsZero) {
  EXPECT_EQ(compute(mae, Tensor::from({2, 1}, {3, 1}), Tensor::from({2, 1}, {3, 0})).gradient,
            (std::vector<double>{0, 0.5}));
}

TEST(Loss, RefusesShapesThatOnlyBroadcast) {
  const Tensor column = Tensor::from({2, 1}, {1, 2}), row = Tensor::from({2}, {1, 2});
  for (const LossKind* kind : all_losses()) {
    EXPECT_THROW(compute({kinds::make(*kind)}, column, row), UserError) << kind->name;
  }
}

TEST(ParseLoss, NamesTheNearest) {
  try {
    parse_loss("cross_entrpy");
    FAIL();
  } catch (const UserError& error) {
    EXPECT_NE(std::string(error.what()).find("try: cross_entropy"), std::string::npos) << error.what();
  }
  EXPECT_THROW(parse_loss("huber 0"), UserError);
  EXPECT_THROW(parse_loss("huber x"), UserError);
}

}  // namespace
}  // namespace gradus::loss
