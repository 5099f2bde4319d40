// Products of batches of matrices by every kernel that makes them, against plain loops in f64.
#include "gradus/engine/cpu/kernels/batches.hpp"

#include <gtest/gtest.h>

#include <set>

#include "gradus/core/ops/matmul.hpp"
#include "tests/engine/cpu/kernels/products.hpp"

namespace gradus::testing {
namespace {

/// Matrices of `batch_a` and `batch_b`, [n, k] and [k, m], each stored either way, in blocks of rows of axis 0.
Call batch_of_products(DType dtype, const Shape& batch_a, const Shape& batch_b,
                       const std::array<std::int64_t, 3>& sizes, int stored, std::int64_t block) {
  const auto [n, k, m] = sizes;
  const auto shape = [](const Shape& batch, std::int64_t rows, std::int64_t columns) {
    std::vector<std::int64_t> all(batch.begin(), batch.end());
    all.push_back(rows), all.push_back(columns);
    return Shape(all);
  };
  Call call;
  call.op = &matmul_op;
  call.transposed[0] = stored & 1, call.transposed[1] = stored & 2;
  const Shape batch = *broadcast(batch_a, batch_b), out = shape(batch, n, m);
  call.outputs = {{{dtype == DType::bf16 ? DType::f32 : dtype, out}, Access::rows}};
  call.rows = out[0], call.block = std::min(block, call.rows);
  const auto input = [&](const Shape& of, std::int64_t rows, std::int64_t columns, bool turned) {
    const Shape stored_as = turned ? shape(of, columns, rows) : shape(of, rows, columns);
    const bool in_rows = stored_as.rank() == out.rank() && stored_as[0] == call.rows;
    return Operand{{dtype, stored_as}, in_rows ? Access::rows : Access::whole};
  };
  call.inputs = {input(batch_a, n, k, call.transposed[0]), input(batch_b, k, m, call.transposed[1])};
  return call;
}

/// In f64, by the op itself.
Tensor expected(const Call& call, const std::vector<Tensor>& inputs) {
  std::vector<Tensor> wide;
  for (std::size_t i = 0; i < 2; ++i) {
    const Shape& shape = inputs[i].shape();
    const std::int64_t rows = shape[shape.rank() - 2], columns = shape.last();
    const Shape straight =
        call.transposed[i] ? shape.with(shape.rank() - 2, columns).with(shape.rank() - 1, rows) : shape;
    Tensor x(DType::f64, straight);
    for (std::int64_t e = 0; e < x.count(); ++e) {
      const std::int64_t matrix = e / (rows * columns), at = e % (rows * columns);
      const std::int64_t from = call.transposed[i] ? at % rows * columns + at / rows : at;
      x.set(e, inputs[i].number(matrix * rows * columns + from));
    }
    wide.push_back(std::move(x));
  }
  const std::vector<ConstView> views(wide.begin(), wide.end());
  Tensor out(DType::f64, call.outputs[0].type.shape);
  matmul_op.evaluate(views, out.view(), {});
  return out;
}

struct Case {
  Shape a, b;
  std::array<std::int64_t, 3> sizes;
};

std::vector<Case> cases() {
  return {{{5}, {5}, {16, 16, 16}},     {{5}, {5}, {17, 33, 9}},     {{5}, {}, {7, 20, 33}},
          {{}, {5}, {20, 7, 40}},       {{4, 3}, {4, 3}, {8, 5, 6}}, {{4, 3}, {}, {3, 12, 20}},
          {{4, 3}, {4, 1}, {5, 9, 17}}, {{4, 1}, {1, 3}, {6, 4, 8}}, {{4, 3}, {3}, {20, 8, 18}},
          {{1, 3}, {4, 3}, {2, 3, 4}},  {{5}, {5}, {1, 64, 3}},      {{5}, {}, {9, 64, 2}},
          {{5}, {5}, {33, 70, 65}},     {{3}, {3}, {64, 300, 20}},   {{2, 2, 2}, {2, 1, 2}, {18, 3, 5}},
          {{6}, {1}, {4, 4, 4}}};
}

TEST(Batches, OfEveryKernelAndFormAreTheProductsOfTheirMatrices) {
  std::mt19937 random(1);
  std::set<std::string> made;
  for (const DType dtype : {DType::f32, DType::f64, DType::bf16}) {
    for (const auto& [a, b, sizes] : cases()) {
      for (int stored = 0; stored < 4; ++stored) {
        const Call whole = batch_of_products(dtype, a, b, sizes, stored, 1 << 20);
        const std::vector<Tensor> inputs = random_inputs(whole, random);
        const Tensor wanted = expected(whole, inputs);
        for (const Kernel& kernel : kernels()) {
          const Prepared prepared = kernel.prepare(whole);
          if (!prepared || (kernel.name == "reference" && dtype == DType::bf16)) continue;
          SCOPED_TRACE(std::string(kernel.name) + " " + to_string(whole.inputs[0].type) + " by " +
                       to_string(whole.inputs[1].type) + " stored " + std::to_string(stored));
          const Tensor got = run_call(whole, prepared, inputs)[0];
          expect_near(got, wanted.cast(got.dtype()), dtype == DType::f64 ? 1e-12 : 1e-4);
          for (const std::int64_t block : {1, 2, 3}) {
            const Call call = batch_of_products(dtype, a, b, sizes, stored, block);
            const Tensor blocks = run_call(call, kernel.prepare(call), inputs)[0];
            // The order of libxsmm's sums depends on how many rows there are: one product of all of a block's.
            if (kernel.name == "xsmm.matmul") expect_near(blocks, got, dtype == DType::f64 ? 1e-12 : 1e-4);
            else EXPECT_TRUE(same_bits(blocks, got)) << "blocks of " << block;
          }
          made.insert(std::string(kernel.name));
        }
      }
    }
  }
  for (const char* kernel : {"highway.matmul", "highway.narrow", "highway.matmul_bf16", "reference"}) {
    EXPECT_TRUE(made.contains(kernel)) << kernel;
  }
}

/// [batch, rows, k] by one matrix has the bits of the product of all its rows.
TEST(Batches, WithOneMatrixForAllAreOneProduct) {
  std::mt19937 random(2);
  const Call batch = batch_of_products(DType::f32, {6, 3}, {}, {11, 40, 24}, 0, 2);
  const Call rows = product(DType::f32, 6 * 3 * 11, 40, 24, false, false);
  const std::vector<Tensor> inputs = random_inputs(batch, random);
  const Tensor got = run_call(batch, choose(batch).prepared, inputs)[0];
  const Tensor one = run_call(rows, choose(rows).prepared, inputs)[0];
  EXPECT_EQ(std::memcmp(got.data(), one.data(), got.bytes()), 0);
}

TEST(Batches, RunOnFastKernels) {
  for (const DType dtype : {DType::f32, DType::f64, DType::bf16}) {
    for (const auto& [a, b, sizes] : cases()) {
      for (int stored = 0; stored < 4; ++stored) {
        const Call call = batch_of_products(dtype, a, b, sizes, stored, 2);
        EXPECT_NE(choose(call).kernel.name, "reference")
            << to_string(call.inputs[0].type) << " by " << to_string(call.inputs[1].type) << " stored " << stored;
      }
    }
  }
}

TEST(Batches, EmptyOnesComeToZeros) {
  std::mt19937 random(3);
  for (const Case& of : {Case{{3}, {3}, {2, 0, 4}}, Case{{0}, {0}, {2, 3, 4}}, Case{{3}, {}, {0, 3, 4}}}) {
    Call call = batch_of_products(DType::f32, of.a, of.b, of.sizes, 0, 2);
    call.block = std::max<std::int64_t>(call.block, 1);
    const Tensor got = run_call(call, choose(call).prepared, random_inputs(call, random))[0];
    for (std::int64_t e = 0; e < got.count(); ++e) EXPECT_EQ(got.number(e), 0);
  }
}

}  // namespace
}  // namespace gradus::testing
