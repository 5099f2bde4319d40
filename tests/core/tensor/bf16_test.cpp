// bf16 as numbers, in cast, and in matmul.
#include "gradus/core/tensor/bf16.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "gradus/core/grad/differentiate.hpp"
#include "gradus/core/graph/print.hpp"
#include "gradus/core/ops/interpret.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/matmul.hpp"
#include "gradus/core/ops/operators.hpp"
#include "gradus/core/ops/parse.hpp"
#include "gradus/core/ops/reduce.hpp"

namespace gradus {
namespace {

#include "tests/core/tensor/torch_bf16.inl"

TEST(Bf16, RoundsAsPyTorch) {
  for (const auto& [bits, expected] : rounded) {
    EXPECT_EQ(to_bf16(std::bit_cast<float>(bits)).bits, expected) << std::hex << bits;
  }
}

TEST(Bf16, NanStaysNanAndBecomesQuiet) {
  for (const std::uint32_t bits : {0x7f800001U, 0x7fc00000U, 0xffffffffU, 0x7f80ffffU, 0xff800100U}) {
    const Bf16 x = to_bf16(std::bit_cast<float>(bits));
    EXPECT_TRUE(std::isnan(to_float(x))) << std::hex << bits;
    EXPECT_EQ(x.bits & 0x40, 0x40) << std::hex << bits;
    EXPECT_EQ(x.bits >> 15, bits >> 31) << std::hex << bits;
  }
}

TEST(Bf16, EveryNumberSurvivesF32) {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const Bf16 x{static_cast<std::uint16_t>(bits)};
    const bool signaling = std::isnan(to_float(x)) && (bits & 0x40) == 0;
    EXPECT_EQ(to_bf16(to_float(x)).bits, signaling ? bits | 0x40 : bits);
  }
}

Tensor sines(const Shape& shape, double frequency) {
  Tensor out(DType::f32, shape);
  for (std::int64_t i = 0; i < out.count(); ++i) out.set(i, std::sin(frequency * static_cast<double>(i + 1)));
  return out;
}

TEST(Bf16, ProductsAreThoseOfPyTorchUpToTheOrderOfSums) {
  Graph g;
  const Value a = g.input("a", {3, 40}, DType::f32), b = g.input("b", {40, 5}, DType::f32);
  const Value c = matmul(cast(a, DType::bf16), cast(b, DType::bf16));
  EXPECT_EQ(c.dtype(), DType::f32);
  const std::vector<Binding> bindings{{a, sines({3, 40}, 0.37)}, {b, sines({40, 5}, 0.73)}};
  const Tensor got = interpret(std::vector{c}, bindings)[0];
  for (std::int64_t i = 0; i < got.count(); ++i) {
    EXPECT_NEAR(got.number(i), product[static_cast<std::size_t>(i)], 4e-6) << i;  // terms up to 1: 40 roundings
  }
}

/// d(sum(A B * C)) / dA = C B' rounded: in f32 on the rounded matrices.
TEST(Bf16, GradientsPassCastsAndProducts) {
  Graph g;
  const Value a = g.input("a", {3, 4}, DType::f32), b = g.input("b", {4, 2}, DType::f32);
  const Value c = g.input("c", {3, 2}, DType::f32);
  const Value y = sum(matmul(cast(a, DType::bf16), cast(b, DType::bf16)) * c);
  const Values d = gradient(y, {a, b});
  ASSERT_EQ(d[0].type(), a.type());
  ASSERT_EQ(d[1].type(), b.type());
  const Tensor a0 = sines({3, 4}, 0.3), b0 = sines({4, 2}, 0.5), c0 = sines({3, 2}, 0.7);
  const auto got = interpret(d, std::vector<Binding>{{a, a0}, {b, b0}, {c, c0}});
  const auto lower = [](float x) { return to_float(to_bf16(x)); };
  for (std::int64_t i = 0; i < 3; ++i) {
    for (std::int64_t l = 0; l < 4; ++l) {
      float sum = 0;
      for (std::int64_t j = 0; j < 2; ++j) {
        sum += static_cast<float>(c0.number(i * 2 + j)) * lower(static_cast<float>(b0.number(l * 2 + j)));
      }
      EXPECT_EQ(got[0].number(i * 4 + l), lower(sum));
    }
  }
}

TEST(Bf16, OtherOpsRefuseItAndCastTakesItFromF32Alone) {
  Graph g;
  const Value x = g.input("x", {2}, DType::bf16), wide = g.input("wide", {2}, DType::f64);
  EXPECT_THROW(x + x, UserError);
  EXPECT_THROW(sum(x), UserError);
  EXPECT_THROW(cast(x, DType::f64), UserError);
  EXPECT_THROW(cast(wide, DType::bf16), UserError);
  EXPECT_THROW(matmul(g.input("m", {2, 2}, DType::bf16), g.input("n", {2, 2}, DType::f32)), UserError);
  EXPECT_EQ(cast(x, DType::f32).type(), (Type{DType::f32, {2}}));
}

TEST(Bf16, LiteralsReadBackAsTheyPrint) {
  const std::string text = R"(%0 = constant {value=bf16[3](1 -0.00390625 inf)} : bf16[3]
output %0 "y"
)";
  const Graph g = parse(text);
  EXPECT_EQ(print(g), text);
  EXPECT_EQ(parse("%0 = constant {value=bf16[1](1.00390625)} : bf16[1]").node(0).attrs.literal("value").number(), 1);
}

}  // namespace
}  // namespace gradus
