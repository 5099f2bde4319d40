#include "gradus/engine/cpu/kernels/kernel_cache.hpp"

#include <gtest/gtest.h>

#include "gradus/core/ops/pointwise.hpp"
#include "gradus/core/ops/random.hpp"

namespace gradus {
namespace {

Call sum_of_products(std::int64_t rows) {
  Call call;
  const Operand numbers{{DType::f32, {rows, 16}}, Access::rows};
  call.inputs = {numbers, numbers, numbers};
  call.outputs = {numbers};
  const Op *multiply = &pointwise_op<pointwise::Multiply>(), *add = &pointwise_op<pointwise::Add>();
  call.program = {DType::f32, {{multiply, {0, 1}}, {add, {3, 2}}}, {4}};
  call.rows = call.block = rows;
  return call;
}

TEST(KernelCache, EqualCallsShareAKernel) {
  KernelCache cache;
  const auto first = cache.choose(sum_of_products(8));
  ASSERT_TRUE(first->prepared);
  EXPECT_EQ(cache.choose(sum_of_products(8)), first);
  EXPECT_EQ(cache.size(), 1u);
}

TEST(KernelCache, WhateverAKernelDependsOnMakesAnother) {
  KernelCache cache;
  const auto first = cache.choose(sum_of_products(8));
  std::vector<Call> others(7, sum_of_products(8));
  others[0] = sum_of_products(9);
  others[1].block = 4;
  others[2].inputs[1].access = Access::whole, others[2].inputs[1].type.shape = {};
  others[3].outputs[0].crossing = Crossing::leaves;
  others[4].program.instructions[1].inputs = {2, 3};
  others[5].program.instructions[0].op = &pointwise_op<pointwise::Add>();
  others[6].program.outputs = {3};
  for (const Call& other : others) EXPECT_NE(cache.choose(other), first);
  EXPECT_EQ(cache.size(), 8u);
  Call draw;
  draw.op = &random_uniform_op;
  draw.inputs = {{{DType::i64, {2}}}};
  draw.outputs = {{{DType::f32, {4}}}};
  const auto of_stream = [&](std::int64_t stream) {
    draw.attrs = {{"stream", stream}, {"type", Type{DType::f32, {4}}}};
    return cache.choose(draw);
  };
  EXPECT_NE(of_stream(1), of_stream(2));
  EXPECT_EQ(of_stream(1), of_stream(1));
}

}  // namespace
}  // namespace gradus
