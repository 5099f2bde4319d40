// Products of f32 matrices as products of bf16 ones: text in, text out.
#include <gtest/gtest.h>

#include "gradus/core/graph/print.hpp"
#include "gradus/core/graph/verify.hpp"
#include "gradus/core/ops/parse.hpp"
#include "gradus/engine/compile/passes.hpp"
#include "gradus/engine/cpu/compile/pipeline.hpp"

namespace gradus {
namespace {

std::string lowered(const char* text) {
  const Graph out = lower_products(parse(text));
  verify(out);
  return print(drop_unused(out));
}

// A linear layer, the gradient of its weights, and an activation: x is read twice, and rounded once.
const char* const layer = R"(%0 = input {name="x", type=f32[8,4]} : f32[8,4] @ "x"
%1 = input {name="w", type=f32[3,4]} : f32[3,4] @ "w"
%2 = transpose %1 {order=[1,0]} : f32[4,3]
%3 = matmul %0 %2 : f32[8,3]
%4 = tanh %3 : f32[8,3]
%5 = transpose %0 {order=[1,0]} : f32[4,8]
%6 = matmul %5 %4 : f32[4,3]
output %6 "dw"
)";

TEST(LowerProducts, CastsEachMatrixOnceBelowTransposes) {
  EXPECT_EQ(lowered(layer), R"(%0 = input {name="x", type=f32[8,4]} : f32[8,4] @ "x"
%1 = input {name="w", type=f32[3,4]} : f32[3,4] @ "w"
%2 = cast %0 {dtype=bf16} : bf16[8,4]
%3 = cast %1 {dtype=bf16} : bf16[3,4]
%4 = transpose %3 {order=[1,0]} : bf16[4,3]
%5 = matmul %2 %4 : f32[8,3]
%6 = tanh %5 : f32[8,3]
%7 = transpose %2 {order=[1,0]} : bf16[4,8]
%8 = cast %6 {dtype=bf16} : bf16[8,3]
%9 = matmul %7 %8 : f32[4,3]
output %9 "dw"
)");
}

TEST(LowerProducts, TakesBatchesOfMatricesAndSumsOverTheirRows) {
  EXPECT_EQ(lowered(R"(%0 = input {name="x", type=f32[2,8,4]} : f32[2,8,4] @ "x"
%1 = transpose %0 {order=[0,2,1]} : f32[2,4,8]
%2 = matmul %0 %1 : f32[2,8,8]
%3 = outer_sum %0 %2 : f32[4,8]
output %3 "y"
)"),
            R"(%0 = input {name="x", type=f32[2,8,4]} : f32[2,8,4] @ "x"
%1 = cast %0 {dtype=bf16} : bf16[2,8,4]
%2 = transpose %1 {order=[0,2,1]} : bf16[2,4,8]
%3 = matmul %1 %2 : f32[2,8,8]
%4 = cast %3 {dtype=bf16} : bf16[2,8,8]
%5 = outer_sum %1 %4 : f32[4,8]
output %5 "y"
)");
}

TEST(LowerProducts, LeavesOtherDtypes) {
  const char* text = R"(%0 = input {name="y", type=f64[2,3]} : f64[2,3] @ "y"
%1 = input {name="z", type=f64[3,2]} : f64[3,2] @ "z"
%2 = matmul %0 %1 : f64[2,2]
output %2 "b"
)";
  EXPECT_EQ(lowered(text), text);
}

TEST(LowerProducts, PlansHaveProductsOfBf16AloneWithTheirTransposesFolded) {
  const Plan plan = compile(parse(layer), {.products = DType::bf16});
  int products = 0;
  for (const Region& region : plan.regions) {
    for (const Loop& loop : region.loops) {
      for (const Step& step : loop.steps) {
        if (!step.call.op) continue;
        EXPECT_NE(step.call.op->name, "transpose");
        if (step.call.op->name != "matmul") continue;
        ++products;
        for (const Operand& input : step.call.inputs) EXPECT_EQ(input.type.dtype, DType::bf16);
      }
    }
  }
  EXPECT_EQ(products, 2);
}

}  // namespace
}  // namespace gradus
