// Runs a prepared kernel on tensors, block by block, and pointwise programs one op at a time for comparison.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/engine/cpu/kernels/kernel.hpp"
#include "hwy/targets.h"

namespace gradus::testing {

/// The instruction sets that can be tried here.
inline std::vector<std::int64_t> instruction_sets() {
  std::vector<std::int64_t> found;
  for (const std::int64_t set : {HWY_AVX3, HWY_AVX2, HWY_EMU128, HWY_SCALAR, HWY_NEON}) {
    if (hwy::SupportedTargets() & set) found.push_back(set);
  }
  return found;
}

/// Kernels prepared while this lives are of one instruction set.
class UseInstructionSet {
 public:
  explicit UseInstructionSet(std::int64_t set) {
    hwy::SetSupportedTargetsForTest(set);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
  ~UseInstructionSet() {
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
  UseInstructionSet(const UseInstructionSet&) = delete;
  UseInstructionSet& operator=(const UseInstructionSet&) = delete;
};

/// Where the block that begins at row `first` lies in an operand.
inline std::byte* block_start(const Operand& operand, void* data, std::int64_t first, std::int64_t block = 1) {
  const Shape& shape = operand.type.shape;
  std::int64_t elements = 0;
  if (operand.access == Access::rows) elements = first * (shape.count() / std::max<std::int64_t>(shape[0], 1));
  if (operand.access == Access::columns)
    elements = first * (shape.count() / std::max<std::int64_t>(shape[0] * shape[1], 1));
  if (operand.access == Access::part) elements = first / block * (shape.count() / shape[0]);
  return static_cast<std::byte*>(data) + elements * static_cast<std::int64_t>(size_of(operand.type.dtype));
}

/// Runs all blocks, last first, on memory whose surroundings must stay as they are. `operands`: inputs, then outputs.
inline void run_blocks(const Call& call, const Prepared& prepared, const std::vector<void*>& operands,
                       Crossing past_caches = Crossing::no) {
  std::vector<std::byte> scratch(prepared.scratch + 128, std::byte{0x7f});
  auto* aligned = reinterpret_cast<std::byte*>((reinterpret_cast<std::uintptr_t>(scratch.data()) + 63) / 64 * 64);
  for (std::int64_t first = (std::max<std::int64_t>(call.rows, 1) - 1) / call.block * call.block; first >= 0;
       first -= call.block) {
    std::vector<std::byte*> at;
    for (std::size_t i = 0; i < operands.size(); ++i) {
      const auto& operand = i < call.inputs.size() ? call.inputs[i] : call.outputs[i - call.inputs.size()];
      at.push_back(block_start(operand, operands[i], first, call.block));
    }
    const Frame frame{at.data(), first, std::min(call.block, call.rows - first), aligned, past_caches};
    prepared.run(prepared.state.get(), frame);
  }
  for (std::size_t i = 0; i < 64; ++i)
    ASSERT_EQ(aligned[prepared.scratch + i % 32], std::byte{0x7f}) << "scratch overrun";
}

/// As run_blocks, on copies of the inputs; returns the outputs. Memory beside the outputs is checked.
inline std::vector<Tensor> run_call(const Call& call, const Prepared& prepared, const std::vector<Tensor>& inputs,
                                    Crossing past_caches = Crossing::no) {
  std::vector<Tensor> padded;
  std::vector<void*> operands;
  for (const Tensor& input : inputs) operands.push_back(const_cast<void*>(input.data()));
  for (const Operand& output : call.outputs) {
    padded.emplace_back(DType::u8, Shape{static_cast<std::int64_t>(byte_count(output.type)) + 128});
    std::memset(padded.back().data(), 0x5a, padded.back().bytes());
    operands.push_back(padded.back().as<std::uint8_t>().data() + 64);
  }
  run_blocks(call, prepared, operands, past_caches);
  std::vector<Tensor> out;
  for (std::size_t o = 0; o < call.outputs.size(); ++o) {
    out.emplace_back(call.outputs[o].type);
    const auto bytes = padded[o].as<std::uint8_t>();
    std::memcpy(out.back().data(), bytes.data() + 64, out.back().bytes());
    for (std::size_t i = 0; i < 64; ++i) EXPECT_EQ(bytes[i] + 0, 0x5a) << "before output " << o;
    for (std::size_t i = bytes.size() - 64; i < bytes.size(); ++i)
      EXPECT_EQ(bytes[i] + 0, 0x5a) << "after output " << o;
  }
  return out;
}

/// One op on numbers: truth values go in and come out as numbers.
inline Tensor evaluate_numbers(const Op& op, std::vector<Tensor> inputs, DType dtype) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!op.name.starts_with("logical") && !(op.name == "where" && i == 0)) continue;
    Tensor truth(DType::u8, inputs[i].shape());
    for (std::int64_t e = 0; e < truth.count(); ++e) truth.set(e, inputs[i].number(e) != 0);
    inputs[i] = truth;
  }
  std::vector<Type> types;
  std::vector<ConstView> views;
  for (const Tensor& input : inputs) types.push_back(input.type()), views.push_back(input);
  Tensor out(op.infer(types, {}));
  op.evaluate(views, out.view(), {});
  return out.dtype() == dtype ? out : out.cast(dtype);
}

/// The program's meaning: its instructions one after the other.
inline std::vector<Tensor> interpret(const Call& call, const std::vector<Tensor>& inputs) {
  const PointwiseProgram& program = call.program;
  std::vector<Tensor> registers;
  for (const Tensor& input : inputs)
    registers.push_back(input.dtype() == program.dtype ? input : input.cast(program.dtype));
  for (const auto& instruction : program.instructions) {
    std::vector<Tensor> in;
    for (const int r : instruction.inputs) in.push_back(registers[static_cast<std::size_t>(r)]);
    const bool cast = instruction.op == &cast_op;
    registers.push_back(cast ? in[0] : evaluate_numbers(*instruction.op, in, program.dtype));
  }
  std::vector<Tensor> out;
  for (std::size_t o = 0; o < call.outputs.size(); ++o) {
    const Tensor& from = registers[static_cast<std::size_t>(program.outputs[o])];
    Tensor full(Type{program.dtype, call.outputs[o].type.shape});
    const Strides walk = broadcast_strides(from.shape(), full.shape()), to = strides(full.shape());
    for (std::int64_t e = 0; e < full.count(); ++e) {
      std::int64_t offset = 0;
      for (int axis = 0; axis < full.shape().rank(); ++axis) {
        const auto a = static_cast<std::size_t>(axis);
        offset += e / to[a] % full.shape()[axis] * walk[a];
      }
      full.set(e, from.number(offset));
    }
    out.push_back(call.outputs[o].type.dtype == program.dtype ? full : full.cast(call.outputs[o].type.dtype));
  }
  return out;
}

/// Units of the last place between two numbers of a dtype; equal infinities and NaNs are 0 apart. `scale`: what the
/// unit is measured at when it is larger than `expected`.
inline double distance(double got, double expected, DType dtype, double scale = 0) {
  if (std::isnan(got) || std::isnan(expected)) return std::isnan(got) && std::isnan(expected) ? 0 : INFINITY;
  if (got == expected) return 0;
  const int digits = dtype == DType::f32 ? 24 : 53, lowest = dtype == DType::f32 ? -126 : -1022;
  const double size = std::max(std::abs(expected), scale);
  if (std::isinf(size) || std::isinf(got)) return INFINITY;
  const int exponent = std::max(size == 0 ? lowest : std::ilogb(size), lowest);
  return std::abs(got - expected) / std::ldexp(1.0, exponent - digits + 1);
}

}  // namespace gradus::testing
