// Calls of matmul for tests of its kernels.
#pragma once

#include "gradus/core/ops/all.hpp"
#include "gradus/engine/cpu/kernels/highway/kernels.hpp"
#include "tests/engine/cpu/kernels/highway/calls.hpp"

namespace gradus::testing {

inline Tensor random_tensor(const Type& type, std::mt19937& random) {
  Tensor x(type);
  std::uniform_real_distribution<double> uniform(-1, 1);
  for (std::int64_t i = 0; i < x.count(); ++i) x.set(i, uniform(random));
  return x;
}

inline std::vector<Tensor> random_inputs(const Call& call, std::mt19937& random) {
  return {random_tensor(call.inputs[0].type, random), random_tensor(call.inputs[1].type, random)};
}

/// [n, k] by [k, m], each stored either way, in one block.
inline Call product(DType dtype, std::int64_t n, std::int64_t k, std::int64_t m, bool a_transposed, bool b_transposed) {
  Call call;
  call.op = &find_op("matmul");
  call.transposed[0] = a_transposed, call.transposed[1] = b_transposed;
  call.inputs = {{{dtype, a_transposed ? Shape{k, n} : Shape{n, k}}, a_transposed ? Access::columns : Access::rows},
                 {{dtype, b_transposed ? Shape{m, k} : Shape{k, m}}, Access::whole}};
  call.outputs = {{{dtype == DType::bf16 ? DType::f32 : dtype, {n, m}}, Access::rows}};
  call.rows = call.block = n;
  return call;
}

/// [n, k] by [k, m], a part of the sum over k from each block of it; [n, k] stored transposed, as a gradient of weights
/// has it, or as it is.
inline Call partial_product(std::int64_t rows, std::int64_t block, std::int64_t n, std::int64_t m,
                            DType dtype = DType::bf16, bool a_transposed = true) {
  Call call = product(dtype, n, rows, m, a_transposed, false);
  call.inputs[0].access = a_transposed ? Access::rows : Access::columns;
  call.inputs[1].access = Access::rows;
  call.outputs = {{{call.outputs[0].type.dtype, {(rows - 1) / block + 1, n, m}}, Access::part}};
  call.rows = rows, call.block = block;
  return call;
}

/// The call on the same numbers in f32.
inline Tensor in_f32(Call call, std::vector<Tensor> inputs) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    call.inputs[i].type.dtype = DType::f32;
    inputs[i] = inputs[i].cast(DType::f32);
  }
  return run_call(call, highway::prepare_matmul(call), inputs)[0];
}

/// Within `tolerance`, relative where numbers are above 1.
inline void expect_near(const Tensor& got, const Tensor& expected, double tolerance) {
  ASSERT_EQ(got.type(), expected.type());
  for (std::int64_t i = 0; i < got.count(); ++i) {
    ASSERT_NEAR(got.number(i), expected.number(i), tolerance * std::max(1.0, std::abs(expected.number(i)))) << i;
  }
}

/// A cast of f32 to bf16, in blocks of rows and whole, has the bits of Tensor::cast(). Returns the call.
inline Call check_cast_to_bf16(Prepared (*prepare)(const Call&)) {
  std::mt19937 random(5);
  Call call;
  call.op = &find_op("cast");
  call.inputs = {{{DType::f32, {37, 11}}, Access::rows}};
  call.outputs = {{{DType::bf16, {37, 11}}, Access::rows}};
  call.rows = 37, call.block = 16;
  const Tensor x = random_tensor(call.inputs[0].type, random);
  EXPECT_TRUE(same_bits(run_call(call, prepare(call), {x})[0], x.cast(DType::bf16)));
  call.inputs[0].access = call.outputs[0].access = Access::whole, call.rows = call.block = 1;
  EXPECT_TRUE(same_bits(run_call(call, prepare(call), {x})[0], x.cast(DType::bf16)));
  return call;
}

}  // namespace gradus::testing
