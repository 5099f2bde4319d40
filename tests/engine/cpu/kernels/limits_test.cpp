// Calls beyond what a kernel counts in fewer than 64 bits: the same numbers, or a refusal, so that another takes them.
#include "gradus/core/base/checked_cast.hpp"
#include "gradus/core/ops/all.hpp"
#include "gradus/engine/cpu/kernels/highway/kernels.hpp"
#include "tests/engine/cpu/kernels/highway/programs.hpp"

namespace gradus::testing {
namespace {

constexpr int beyond_16_bits = 66000;

Tensor counting(const Type& type, double first) {
  Tensor x(type);
  for (std::int64_t i = 0; i < x.count(); ++i) x.set(i, first + static_cast<double>(i));
  return x;
}

/// r0 = x + c, r1 = r0 + c, ...: the last of `length`, or every one, is an output.
Call chain(Form x, int length, bool all) {
  Call call = one_op("add", {x, Form::single}, 3, 5, DType::f64);
  const Op* const add = call.program.instructions[0].op;
  call.program.outputs.clear(), call.outputs.clear();
  for (int i = 0; i < length; ++i) {
    if (i > 0) call.program.instructions.push_back({add, {1 + i, 1}});
    if (!all && i + 1 < length) continue;
    call.program.outputs.push_back(2 + i), call.outputs.push_back(operand(Form::full, 3, 5, DType::f64));
  }
  return call;
}

// Of single numbers every instruction has a cell of its own.
TEST(Limits, MoreSingleNumbersThan16BitsCount) {
  const Call call = chain(Form::single, beyond_16_bits, false);
  const std::vector<Tensor> inputs{Tensor(7.0), Tensor(0.25)};
  const Prepared prepared = highway::prepare_pointwise(call);
  ASSERT_TRUE(prepared) << prepared.refusal;
  const auto got = run_call(call, prepared, inputs);
  for (std::int64_t i = 0; i < 15; ++i) EXPECT_EQ(got[0].number(i), 7 + 0.25 * beyond_16_bits);
  EXPECT_EQ(inputs[0].number(), 7);
  EXPECT_EQ(inputs[1].number(), 0.25);
}

TEST(Limits, MoreOutputsThan16BitsCount) {
  const Call call = chain(Form::full, beyond_16_bits, true);
  const std::vector<Tensor> inputs{counting(call.inputs[0].type, 1), Tensor(2.0)};
  const Prepared prepared = highway::prepare_pointwise(call);
  ASSERT_TRUE(prepared) << prepared.refusal;
  const auto got = run_call(call, prepared, inputs);
  for (int o = 0; o < beyond_16_bits; ++o) {
    ASSERT_EQ(got[static_cast<std::size_t>(o)].number(14), 15 + 2.0 * (o + 1)) << "output " << o;
  }
  EXPECT_EQ(inputs[0].number(14), 15);
  EXPECT_EQ(inputs[1].number(), 2);
}

TEST(Limits, MoreInputsThan16BitsCount) {
  Call call = chain(Form::full, beyond_16_bits, false);
  call.inputs.assign(beyond_16_bits + 1, operand(Form::full, 3, 5, DType::f64));
  for (int i = 0; i < beyond_16_bits; ++i) {
    auto& in = call.program.instructions[static_cast<std::size_t>(i)].inputs;
    in = {i ? beyond_16_bits + i : 0, i + 1};
  }
  call.program.outputs = {2 * beyond_16_bits};
  std::vector<Tensor> inputs;
  for (int i = 0; i <= beyond_16_bits; ++i) inputs.push_back(Tensor::full(call.inputs[0].type, i));
  const Prepared prepared = highway::prepare_pointwise(call);
  ASSERT_TRUE(prepared) << prepared.refusal;
  const auto got = run_call(call, prepared, inputs);
  for (std::int64_t i = 0; i < 15; ++i) EXPECT_EQ(got[0].number(i), 0.5 * beyond_16_bits * (beyond_16_bits + 1));
}

Call product(std::int64_t rows, std::int64_t length, std::int64_t columns, bool transposed, DType dtype) {
  Call call;
  call.op = &find_op("matmul");
  const Shape a = transposed ? Shape{length, rows} : Shape{rows, length};
  call.inputs = {{{dtype, a}, Access::whole}, {{dtype, {length, columns}}, Access::whole}};
  call.outputs = {{{dtype, {rows, columns}}, Access::whole}};
  call.transposed[0] = transposed;
  return call;
}

std::string_view kernel_of(const Call& call) { return choose(call).kernel.name; }

// libxsmm counts the bytes from row to row in 32 bits.
TEST(Limits, RowsThatLieFarApartAreNotForXsmm) {
  constexpr std::int64_t far = std::int64_t{1} << 29;
  for (const DType dtype : {DType::f32, DType::f64}) {
    EXPECT_EQ(kernel_of(product(2, 16, far, false, dtype)), "highway.matmul");
    EXPECT_EQ(kernel_of(product(2, far, 16, false, dtype)), "highway.matmul");
    EXPECT_EQ(kernel_of(product(far, 8, 16, true, dtype)), "highway.matmul");
  }
  constexpr std::int64_t past_ints = std::int64_t{1} << 33;
  EXPECT_EQ(kernel_of(product(1, 16, past_ints, false, DType::f32)), "highway.matmul");
#ifdef GRADUS_HAS_XSMM
  EXPECT_EQ(kernel_of(product(2, 16, far / 4096, false, DType::f32)), "xsmm.matmul");
#endif
}

// Partial sums wait on a stack of 32 levels.
TEST(Limits, SumsOverMoreLeavesThanTheStackHolds) {
  constexpr std::int64_t leaves = std::int64_t{1} << 32;
  for (const std::int64_t columns : {1, 16}) {
    for (const DType dtype : {DType::f32, DType::bf16}) {
      Call call = product(16, leaves * rows_per_leaf, columns, true, dtype);
      call.outputs[0].type.dtype = DType::f32;
      EXPECT_EQ(kernel_of(call), "reference") << columns;
    }
  }
  Call sum;
  sum.op = &find_op("sum");
  sum.attrs = {{"axes", Integers{0}}, {"keep", std::int64_t{0}}};
  sum.inputs = {{{DType::f32, {leaves, 2}}, Access::columns}};
  sum.outputs = {{{DType::f32, {2}}, Access::rows}};
  sum.rows = sum.block = 2, sum.leaf = 1;
  EXPECT_EQ(kernel_of(sum), "reference");
  sum.inputs[0].type.shape = {leaves / 4, 2};
  EXPECT_EQ(kernel_of(sum), "highway.reduce");
}

TEST(Limits, WhatAKernelHasNoRoomForIsItsRefusal) {
  const Kernel narrow{"narrow", [](const Call& call) {
                        checked_cast<std::uint8_t>(call.rows, "rows of the block");
                        return decline("it fits");
                      }};
  Call call;
  call.rows = 255;
  EXPECT_EQ(ask(narrow, call).refusal, "it fits");
  call.rows = 256;
  EXPECT_TRUE(ask(narrow, call).refusal.starts_with("rows of the block: found 256; expected 0 to 255; "));
}

}  // namespace
}  // namespace gradus::testing
