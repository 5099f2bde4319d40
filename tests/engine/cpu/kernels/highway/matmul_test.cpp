// Products and transposes against plain loops.
#include "gradus/core/ops/matmul.hpp"

#include "gradus/core/ops/layout.hpp"
#include "gradus/engine/cpu/kernels/highway/kernels.hpp"
#include "tests/engine/cpu/kernels/products.hpp"

namespace gradus::testing {
namespace {

/// In f64, and the sum of the sizes of the terms beside each result.
void expect_product(const Call& call, const std::vector<Tensor>& inputs, const Tensor& got, const std::string& what) {
  const std::int64_t n = got.shape()[0], m = got.shape()[1], k = inputs[0].shape()[call.transposed[0] ? 0 : 1];
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j < m; ++j) {
      double sum = 0, size = 0;
      for (std::int64_t l = 0; l < k; ++l) {
        const double a = inputs[0].number(call.transposed[0] ? l * n + i : i * k + l);
        const double b = inputs[1].number(call.transposed[1] ? j * k + l : l * m + j);
        sum += a * b, size += std::abs(a * b);
      }
      const double unit = got.dtype() == DType::f32 ? 1.2e-7 : 2.3e-16;
      ASSERT_NEAR(got.number(i * m + j), sum, unit * (1 + std::sqrt(static_cast<double>(k))) * (size + 1e-30))
          << what << " at " << i << "," << j;
    }
  }
}

TEST(HighwayMatmul, AllShapesStoredEitherWayInBlocksOfAnySize) {
  std::mt19937 random(1);
  const std::int64_t sizes[][3] = {{1, 1, 1},    {5, 3, 2},     {16, 16, 16},  {17, 33, 9},   {64, 100, 10},
                                   {3, 0, 4},    {2, 70, 150},  {1, 300, 67},  {33, 600, 40}, {9, 130, 96},
                                   {20, 64, 31}, {7, 257, 129}, {40, 520, 20}, {64, 24, 1040}};
  for (const std::int64_t set : instruction_sets()) {
    const UseInstructionSet use(set);
    for (const auto& [n, k, m] : sizes) {
      for (int form = 0; form < 8; ++form) {
        Call call = product(form & 4 ? DType::f64 : DType::f32, n, k, m, form & 1, form & 2);
        const std::vector<Tensor> inputs{random_tensor(call.inputs[0].type, random),
                                         random_tensor(call.inputs[1].type, random)};
        const std::string what =
            to_string(call.outputs[0].type) + " form " + std::to_string(form) + " on " + hwy::TargetName(set);
        Prepared prepared = highway::prepare_matmul(call);
        ASSERT_TRUE(prepared) << prepared.refusal;
        const Tensor whole = run_call(call, prepared, inputs)[0];
        expect_product(call, inputs, whole, what);
        if (HasFatalFailure()) return;
        for (const std::int64_t block : {1, 3, 16}) {
          call.block = block;
          prepared = highway::prepare_matmul(call);
          ASSERT_TRUE(prepared) << prepared.refusal;
          EXPECT_TRUE(same_bits(run_call(call, prepared, inputs)[0], whole)) << what << " in blocks of " << block;
        }
        call.inputs[0].access = call.outputs[0].access = Access::whole;
        call.rows = call.block = 1;
        EXPECT_TRUE(same_bits(run_call(call, highway::prepare_matmul(call), inputs)[0], whole)) << what << " whole";
      }
    }
  }
}

/// A gradient of weights: with ones for the second matrix its columns are sums over rows, in the tree of the interface.
TEST(HighwayMatmul, SumsOverStoredRowsAreTheSameTreeAsReductions) {
  std::mt19937 random(2);
  const Call call = product(DType::f32, 4, 450, 5, true, false);
  const Tensor a = random_tensor(call.inputs[0].type, random), ones = Tensor::full(call.inputs[1].type, 1);
  const Tensor got = run_call(call, highway::prepare_matmul(call), {a, ones})[0];
  for (std::int64_t i = 0; i < 4; ++i) {
    std::vector<float> sums;
    for (std::int64_t row = 0; row < 450; ++row) {
      if (row % rows_per_leaf == 0) sums.push_back(0);
      sums.back() += a.as<float>()[static_cast<std::size_t>(row * 4 + i)];
    }
    while (sums.size() > 1) {
      std::vector<float> pairs;
      for (std::size_t p = 0; p < sums.size(); p += 2)
        pairs.push_back(p + 1 < sums.size() ? sums[p] + sums[p + 1] : sums[p]);
      sums = pairs;
    }
    EXPECT_EQ(got.as<float>()[static_cast<std::size_t>(i * 5)], sums[0]);
  }
}

TEST(HighwayTranspose, MatricesOfAllSizesAndAccesses) {
  std::mt19937 random(3);
  const Op* op = &transpose_op;
  const std::pair<Access, Access> accesses[] = {{Access::rows, Access::columns},
                                                {Access::columns, Access::rows},
                                                {Access::whole, Access::whole},
                                                {Access::whole, Access::rows},
                                                {Access::whole, Access::columns}};
  for (const std::int64_t set : instruction_sets()) {
    const UseInstructionSet use(set);
    for (const auto& [rows, columns] :
         {std::pair<std::int64_t, std::int64_t>{1, 1}, {0, 5}, {3, 7}, {16, 16}, {33, 70}, {65, 4}}) {
      for (const DType dtype : {DType::f32, DType::f64, DType::i64}) {
        for (const auto& [from, to] : accesses) {
          Call call;
          call.op = op;
          call.attrs = {{"order", Integers{1, 0}}};
          call.inputs = {{{dtype, {rows, columns}}, from}};
          call.outputs = {{{dtype, {columns, rows}}, to}};
          call.rows = to == Access::rows ? columns : rows;
          const Tensor input = random_tensor(call.inputs[0].type, random);
          Tensor expected(call.outputs[0].type);
          const std::vector<ConstView> views{input};
          op->evaluate(views, expected.view(), call.attrs);
          for (const std::int64_t block : {1, 3, 100}) {
            if (to == Access::whole && block < call.rows) continue;
            call.block = block;
            const Prepared prepared = highway::prepare_transpose(call);
            ASSERT_TRUE(prepared) << prepared.refusal;
            EXPECT_TRUE(same_bits(run_call(call, prepared, {input})[0], expected))
                << to_string(input.type()) << " in blocks of " << block;
          }
        }
      }
    }
  }
}

TEST(HighwayMatmul, SaysWhatItRefuses) {
  Call call = product(DType::f32, 8, 4, 4, false, false);
  call.block = 2;
  call.inputs[0].access = Access::whole;
  EXPECT_EQ(highway::prepare_matmul(call).refusal, "blocks that are not rows of the output");
  call.inputs[1].access = Access::rows;
  EXPECT_EQ(highway::prepare_matmul(call).refusal, "a second matrix in blocks");
  call.inputs = {{{DType::f32, {2, 8, 4}}, Access::rows}, {{DType::f32, {4, 4}}, Access::whole}};
  EXPECT_EQ(highway::prepare_matmul(call).refusal, "a batch of matrices");
}

}  // namespace
}  // namespace gradus::testing
