// Pointwise programs of one op and of many, and their inputs.
#pragma once

#include <array>
#include <string>

#include "gradus/core/ops/all.hpp"
#include "tests/engine/cpu/kernels/highway/calls.hpp"

namespace gradus::testing {

enum class Form { full, single, row, column };

inline Operand operand(Form form, std::int64_t rows, std::int64_t inner, DType dtype) {
  switch (form) {
    case Form::full: return {{dtype, {rows, inner}}, Access::rows};
    case Form::single: return {{dtype, {}}, Access::whole};
    case Form::row: return {{dtype, {inner}}, Access::whole};
    case Form::column: return {{dtype, {rows, 1}}, Access::rows};
  }
  return {};
}

/// Ops whose result is a matter of exact or once rounded arithmetic.
inline bool is_exact(std::string_view name) {
  for (const auto* inexact : {"power", "exp", "expm1", "log", "log1p", "sin", "cos", "erf", "sigmoid", "tanh", "elu",
                              "selu", "gelu", "gelu_tanh", "silu", "softplus"}) {
    if (name == inexact) return false;
  }
  return true;
}

inline Tensor random_tensor(const Type& type, std::mt19937& random, bool special) {
  Tensor x(type);
  std::uniform_real_distribution<double> uniform(-3, 3);
  const double specials[] = {0.0, -0.0, INFINITY, -INFINITY, NAN, 0.5, 1.5, -2.5, 1, -1, 2, 100, -100, 1e30, -1e30};
  for (std::int64_t i = 0; i < x.count(); ++i) {
    if (type.dtype == DType::u8) x.set(i, static_cast<double>(random() % 4 ? random() % 2 : random() % 256));
    else if (special && random() % 5 == 0) x.set(i, specials[random() % std::size(specials)]);
    else x.set(i, uniform(random));
  }
  return x;
}

inline std::vector<Tensor> random_inputs(const Call& call, std::mt19937& random, bool special = true) {
  std::vector<Tensor> inputs;
  for (const Operand& input : call.inputs) inputs.push_back(random_tensor(input.type, random, special));
  return inputs;
}

/// Bits are equal, but for the bits of a NaN.
inline void expect_same(const Tensor& got, const Tensor& expected, const std::string& what) {
  ASSERT_EQ(got.type(), expected.type());
  for (std::int64_t i = 0; i < got.count(); ++i) {
    const double a = got.number(i), b = expected.number(i);
    if (std::isnan(a) && std::isnan(b)) continue;
    ASSERT_TRUE(a == b && std::signbit(a) == std::signbit(b))
        << what << ": element " << i << " is " << a << ", not " << b;
  }
}

inline Call one_op(std::string_view name, const std::vector<Form>& forms, std::int64_t rows, std::int64_t inner,
                   DType dtype) {
  Call call;
  PointwiseProgram::Instruction instruction{&find_op(name), {}};
  for (std::size_t i = 0; i < forms.size(); ++i) {
    call.inputs.push_back(operand(forms[i], rows, inner, dtype));
    instruction.inputs.push_back(static_cast<int>(i));
  }
  call.program = {dtype, {instruction}, {static_cast<int>(forms.size())}};
  call.outputs = {operand(Form::full, rows, inner, dtype)};
  call.rows = call.block = rows;
  return call;
}

/// A chain of 1 to 20 instructions whose results are exact, over inputs of all forms and both dtypes, with 1 to 3
/// outputs.
inline Call random_program(std::mt19937& random, std::int64_t rows, std::int64_t block) {
  Call call;
  const DType dtype = random() % 2 ? DType::f32 : DType::f64;
  const std::int64_t inners[] = {1, 2, 7, 16, 33, 130, 700};
  const std::int64_t inner = inners[random() % std::size(inners)];
  call.rows = rows, call.block = block;
  call.program.dtype = dtype;
  const auto inputs = 1 + random() % 5;
  for (std::size_t i = 0; i < inputs; ++i) {
    const Form form = random() % 2 ? Form::full : static_cast<Form>(random() % 4);
    call.inputs.push_back(operand(form, rows, inner, random() % 4 ? dtype : DType::u8));
  }
  const auto instructions = 1 + random() % 20;
  for (std::size_t i = 0; i < instructions; ++i) {
    const Op* op = &pointwise_ops()[random() % pointwise_ops().size()];
    while (!is_exact(op->name)) op = &pointwise_ops()[random() % pointwise_ops().size()];
    if (random() % 2) op = &find_op(std::array{"add", "subtract", "multiply", "divide", "square"}[random() % 5]);
    const bool cast = random() % 10 == 0;
    PointwiseProgram::Instruction instruction{cast ? &cast_op : op, {}};
    const int arity = cast ? 1 : op->arity;
    for (int k = 0; k < arity; ++k)
      instruction.inputs.push_back(static_cast<int>(
          random() % 2 ? random() % (inputs + i) : inputs + i - 1 - random() % std::min<std::size_t>(3, inputs + i)));
    call.program.instructions.push_back(instruction);
  }
  const auto outputs = 1 + random() % 3;
  for (std::size_t o = 0; o < outputs; ++o) {
    const bool any = random() % 4 == 0;
    call.program.outputs.push_back(
        static_cast<int>(any ? random() % (inputs + instructions) : inputs + instructions - 1 - o % instructions));
    call.outputs.push_back(operand(Form::full, rows, inner, random() % 5 ? dtype : DType::u8));
  }
  return call;
}

}  // namespace gradus::testing
