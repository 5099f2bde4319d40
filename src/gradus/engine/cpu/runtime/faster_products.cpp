#include "gradus/engine/cpu/runtime/faster_products.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

#include "gradus/core/ops/matmul.hpp"
#include "gradus/core/tensor/tensor.hpp"
#include "gradus/engine/machine/arena.hpp"

namespace gradus {
namespace {

/// A product of two matrices as a step would do it.
class Product {
 public:
  explicit Product(DType dtype) {
    constexpr std::int64_t rows = 64, length = 512, columns = 256;
    Call call;
    call.op = &matmul_op;
    call.inputs = {{{dtype, {rows, length}}, Access::rows}, {{dtype, {length, columns}}, Access::whole}};
    call.outputs = {{{DType::f32, {rows, columns}}, Access::rows}};
    call.rows = call.block = rows;
    prepared_ = choose(call).prepared;
    scratch_ = Arena(prepared_.scratch);
    for (const Operand& operand : {call.inputs[0], call.inputs[1], call.outputs[0]}) {
      Tensor& x = matrices_.emplace_back(operand.type);
      for (std::int64_t i = 0; i < x.count(); ++i) x.set(i, static_cast<double>(i % 13 - 6) / 8);
      operands_.push_back(static_cast<std::byte*>(x.data()));
    }
  }

  double time() const {
    using Clock = std::chrono::steady_clock;
    const Frame frame{operands_.data(), 0, matrices_[0].shape()[0], scratch_.data()};
    const Clock::time_point begin = Clock::now();
    prepared_.run(prepared_.state.get(), frame);
    return std::chrono::duration<double>(Clock::now() - begin).count();
  }

 private:
  Prepared prepared_;
  std::vector<Tensor> matrices_;
  std::vector<std::byte*> operands_;
  Arena scratch_;
};

}  // namespace

double measure_bf16_speedup() {
  constexpr int warm = 3, rounds = 15;
  const Product f32(DType::f32), bf16(DType::bf16);
  std::vector<double> speedups;
  for (int i = -warm; i < rounds; ++i) {
    const double wide = f32.time(), narrow = bf16.time();
    if (i >= 0) speedups.push_back(wide / std::max(narrow, 1e-9));
  }
  const auto middle = speedups.begin() + rounds / 2;
  std::nth_element(speedups.begin(), middle, speedups.end());
  return *middle;
}

FasterProducts faster_products(Bf16Unit unit, double speedup) {
  if (unit != Bf16Unit::avx512) return {unit == Bf16Unit::amx ? DType::bf16 : DType::f32, unit, 0};
  return {speedup >= least_bf16_speedup ? DType::bf16 : DType::f32, unit, speedup};
}

FasterProducts faster_products() {
  const Bf16Unit unit = bf16_unit();
  return faster_products(unit, unit == Bf16Unit::avx512 ? measure_bf16_speedup() : 0);
}

}  // namespace gradus
