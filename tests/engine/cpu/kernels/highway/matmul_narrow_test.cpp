// Products with few columns against sums in f64, and against the kernel for all products.
#include <algorithm>
#include <array>
#include <limits>

#include "tests/engine/cpu/kernels/products.hpp"

namespace gradus::testing {
namespace {

double term(const Call& call, const std::vector<Tensor>& inputs, std::int64_t i, std::int64_t l, std::int64_t j) {
  const Shape &a = inputs[0].shape(), &b = inputs[1].shape();
  return inputs[0].number(call.transposed[0] ? l * a[1] + i : i * a[1] + l) *
         inputs[1].number(call.transposed[1] ? j * b[1] + l : l * b[1] + j);
}

void expect_sums(const Call& call, const std::vector<Tensor>& inputs, const Tensor& got, const std::string& what) {
  const std::int64_t columns = got.shape()[1], length = inputs[0].shape()[call.transposed[0] ? 0 : 1];
  for (std::int64_t e = 0; e < got.count(); ++e) {
    double sum = 0, size = 0;
    for (std::int64_t l = 0; l < length; ++l) {
      const double x = term(call, inputs, e / columns, l, e % columns);
      sum += x, size += std::abs(x);
    }
    const double unit = got.dtype() == DType::f32 ? 1.2e-7 : 2.3e-16;
    ASSERT_NEAR(got.number(e), sum, unit * (1 + std::sqrt(static_cast<double>(length))) * (size + 1e-30)) << what;
  }
}

/// n rows, sums of k terms, m columns.
constexpr std::int64_t sizes[][3] = {{1, 64, 1},  {64, 64, 1}, {5, 8, 1},    {7, 33, 2},   {0, 16, 1},
                                     {65, 63, 3}, {17, 65, 5}, {64, 256, 7}, {130, 64, 4}, {9, 450, 3}};

TEST(HighwayNarrow, AllFormsInBlocksOfAnySize) {
  std::mt19937 random(1);
  int taken = 0;
  for (const std::int64_t set : instruction_sets()) {
    const UseInstructionSet use(set);
    for (const auto& [n, k, m] : sizes) {
      for (int form = 0; form < 8; ++form) {
        Call call = product(form & 4 ? DType::f64 : DType::f32, n, k, m, form & 1, form & 2);
        call.block = std::max<std::int64_t>(n, 1);
        const std::vector<Tensor> inputs = random_inputs(call, random);
        const std::string what =
            to_string(call.outputs[0].type) + " form " + std::to_string(form) + " on " + hwy::TargetName(set);
        const Prepared prepared = highway::prepare_narrow_matmul(call);
        if (!prepared) continue;
        ++taken;
        const Tensor whole = run_call(call, prepared, inputs)[0];
        expect_sums(call, inputs, whole, what);
        if (HasFatalFailure()) return;
        if (call.transposed[0]) {
          EXPECT_TRUE(same_bits(run_call(call, highway::prepare_matmul(call), inputs)[0], whole)) << what;
        }
        for (const std::int64_t block : {1, 3, 16, 64}) {
          call.block = block;
          EXPECT_TRUE(same_bits(run_call(call, highway::prepare_narrow_matmul(call), inputs)[0], whole))
              << what << " in blocks of " << block;
        }
        call.inputs[0].access = call.outputs[0].access = Access::whole;
        call.rows = call.block = 1;
        EXPECT_TRUE(same_bits(run_call(call, highway::prepare_narrow_matmul(call), inputs)[0], whole)) << what;
      }
    }
  }
  EXPECT_GT(taken, 100);
}

TEST(HighwayNarrow, SmallWholeNumbersAreExact) {
  Call call = product(DType::f32, 6, 70, 3, false, false);
  std::vector<Tensor> inputs{Tensor(call.inputs[0].type), Tensor(call.inputs[1].type)};
  for (Tensor& input : inputs) {
    for (std::int64_t i = 0; i < input.count(); ++i) input.set(i, static_cast<double>(i * 7 % 11 - 5));
  }
  const Tensor got = run_call(call, highway::prepare_narrow_matmul(call), inputs)[0];
  for (std::int64_t e = 0; e < got.count(); ++e) {
    double sum = 0;
    for (std::int64_t l = 0; l < 70; ++l) sum += term(call, inputs, e / 3, l, e % 3);
    EXPECT_EQ(got.number(e), sum) << e;
  }
}

TEST(HighwayNarrow, PartsOfASumAddUpToTheWhole) {
  std::mt19937 random(2);
  for (const auto& [rows, block, m] : {std::array<std::int64_t, 3>{256, 64, 1}, {130, 64, 3}, {64, 64, 2}}) {
    Call call = partial_product(rows, block, 40, m);
    for (Operand& operand : call.inputs) operand.type.dtype = DType::f32;
    const std::vector<Tensor> inputs = random_inputs(call, random);
    const Prepared prepared = highway::prepare_narrow_matmul(call);
    ASSERT_TRUE(prepared) << prepared.refusal;
    EXPECT_TRUE(
        same_bits(run_call(call, prepared, inputs)[0], run_call(call, highway::prepare_matmul(call), inputs)[0]))
        << rows;
  }
}

/// What is in one row stays in its results.
TEST(HighwayNarrow, InfinitiesAndNanStayInTheirRow) {
  std::mt19937 random(3);
  const Call call = product(DType::f32, 9, 37, 2, false, true);
  std::vector<Tensor> inputs = random_inputs(call, random);
  const Prepared prepared = highway::prepare_narrow_matmul(call);
  const Tensor before = run_call(call, prepared, inputs)[0];
  inputs[0].set(2 * 37 + 36, std::numeric_limits<double>::quiet_NaN());
  inputs[0].set(7 * 37, std::numeric_limits<double>::infinity());
  const Tensor after = run_call(call, prepared, inputs)[0];
  for (std::int64_t e = 0; e < after.count(); ++e) {
    if (e / 2 == 2) EXPECT_TRUE(std::isnan(after.number(e)));
    else if (e / 2 == 7) EXPECT_TRUE(std::isinf(after.number(e)));
    else EXPECT_EQ(after.number(e), before.number(e)) << e;
  }
}

TEST(HighwayNarrow, SaysWhatItRefuses) {
  EXPECT_EQ(highway::prepare_narrow_matmul(product(DType::f32, 64, 64, 64, false, false)).refusal,
            "more columns, or shorter rows");
  EXPECT_EQ(highway::prepare_narrow_matmul(product(DType::f32, 2, 64, 3, true, false)).refusal,
            "more columns, or fewer rows");
  EXPECT_EQ(highway::prepare_narrow_matmul(product(DType::bf16, 64, 64, 1, false, false)).refusal,
            "a dtype that is not f32 or f64");
}

}  // namespace
}  // namespace gradus::testing
