// Parts of products, a block of the sum each, by every kernel that makes them.
#include <gtest/gtest.h>

#include <set>

#include "tests/engine/cpu/kernels/products.hpp"

namespace gradus::testing {
namespace {

double term(const Call& call, const std::vector<Tensor>& inputs, std::int64_t i, std::int64_t l, std::int64_t j) {
  const std::int64_t k = call.rows, n = inputs[0].count() / k, m = inputs[1].count() / k;
  return inputs[0].number(call.transposed[0] ? l * n + i : i * k + l) * inputs[1].number(l * m + j);
}

void expect_parts(const Call& call, const std::vector<Tensor>& inputs, const Tensor& got, double unit) {
  const Shape& shape = got.shape();
  for (std::int64_t e = 0; e < got.count(); ++e) {
    const std::int64_t part = e / (shape[1] * shape[2]), i = e / shape[2] % shape[1], j = e % shape[2];
    double sum = 0, size = 0;
    for (std::int64_t l = part * call.block; l < std::min(call.rows, (part + 1) * call.block); ++l) {
      const double x = term(call, inputs, i, l, j);
      sum += x, size += std::abs(x);
    }
    ASSERT_NEAR(got.number(e), sum, unit * size) << "part " << part << " at " << i << "," << j;
  }
}

TEST(MatmulParts, OfEveryKernelAreTheSumsOfTheirBlocks) {
  std::mt19937 random(1);
  std::set<std::string> made;
  const std::int64_t sizes[][4] = {
      {784, 400, 64, 128}, {300, 128, 20, 70}, {100, 48, 5, 3}, {70, 64, 33, 1}, {64, 64, 7, 16}};
  for (const DType dtype : {DType::f32, DType::f64, DType::bf16}) {
    for (const bool transposed : {false, true}) {
      for (const auto& [rows, block, n, m] : sizes) {
        const Call call = partial_product(rows, block, n, m, dtype, transposed);
        const std::vector<Tensor> inputs = random_inputs(call, random);
        const double unit = dtype == DType::f64 ? 1e-14 : 4e-6;
        for (const Kernel& kernel : kernels()) {
          if (kernel.name == "reference" && dtype == DType::bf16) continue;
          const Prepared prepared = kernel.prepare(call);
          if (!prepared) continue;
          SCOPED_TRACE(std::string(kernel.name) + " " + to_string(call.inputs[0].type) + (transposed ? "'" : "") +
                       " in " + std::to_string(block));
          expect_parts(call, inputs, run_call(call, prepared, inputs)[0], unit);
          made.insert(std::string(kernel.name) + (transposed ? "'" : ""));
        }
      }
    }
  }
  for (const char* kernel : {"highway.matmul", "highway.narrow", "highway.matmul_bf16", "reference"}) {
    EXPECT_TRUE(made.contains(kernel)) << kernel;
    EXPECT_TRUE(made.contains(kernel + std::string("'"))) << kernel << "'";
  }
}

}  // namespace
}  // namespace gradus::testing
