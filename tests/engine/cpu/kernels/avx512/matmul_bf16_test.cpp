// Products of bf16 matrices on AVX-512 BF16: bit for bit f32 products of the same numbers in the instruction's order.
#include "gradus/engine/cpu/kernels/avx512/kernels.hpp"

#include <limits>

#include "gradus/engine/cpu/kernels/avx512/bf16_loops.hpp"
#include "tests/engine/cpu/kernels/products.hpp"

namespace gradus::testing {
namespace {

class Avx512MatmulBf16 : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!avx512::has_bf16_products()) GTEST_SKIP() << "no AVX-512 BF16";
  }
};

/// What the header promises: two terms at a time, the later one first, in a tree over leaves where the sum is over
/// rows.
std::vector<float> promised(const Call& call, const std::vector<Tensor>& inputs, std::int64_t first,
                            std::int64_t terms) {
  const std::int64_t rows = inputs[0].shape()[call.transposed[0] ? 1 : 0],
                     columns = inputs[1].shape()[call.transposed[1] ? 0 : 1],
                     length = inputs[0].shape()[call.transposed[0] ? 0 : 1];
  const Tensor a = inputs[0].cast(DType::f32), b = inputs[1].cast(DType::f32);
  const auto term = [&](std::int64_t i, std::int64_t l, std::int64_t j) {
    return a.as<float>()[static_cast<std::size_t>(call.transposed[0] ? l * rows + i : i * length + l)] *
           b.as<float>()[static_cast<std::size_t>(call.transposed[1] ? j * length + l : l * columns + j)];
  };
  const std::int64_t leaf = call.transposed[0] ? call.leaf : std::max<std::int64_t>(terms, 1);
  std::vector<float> out;
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < columns; ++j) {
      std::vector<float> sums;
      for (std::int64_t begin = 0; begin == 0 || begin < terms; begin += leaf) {
        const std::int64_t end = std::min(begin + leaf, terms);
        float sum = 0;
        for (std::int64_t l = begin; l < end; l += 2) {
          if (l + 1 < end) sum += term(i, first + l + 1, j);
          sum += term(i, first + l, j);
        }
        sums.push_back(sum);
      }
      while (sums.size() > 1) {
        std::vector<float> pairs;
        for (std::size_t p = 0; p < sums.size(); p += 2)
          pairs.push_back(p + 1 < sums.size() ? sums[p] + sums[p + 1] : sums[p]);
        sums = pairs;
      }
      out.push_back(sums[0]);
    }
  }
  return out;
}

void expect_promised(const Call& call, const std::vector<Tensor>& inputs, const Tensor& got, const std::string& what) {
  const std::vector<float> expected = promised(call, inputs, 0, inputs[0].shape()[call.transposed[0] ? 0 : 1]);
  for (std::size_t i = 0; i < expected.size(); ++i) ASSERT_EQ(got.as<float>()[i], expected[i]) << what << " at " << i;
}

std::string named(const Call& call, std::int64_t length) {
  return to_string(call.outputs[0].type) + " of " + std::to_string(length) + " terms, " +
         (call.transposed[0] ? "first transposed, " : "") + (call.transposed[1] ? "second transposed, " : "");
}

/// In one block, in blocks of several sizes, and whole.
void check(std::int64_t n, std::int64_t k, std::int64_t m, int form, std::mt19937& random) {
  Call call = product(DType::bf16, n, k, m, form & 1, form & 2);
  const auto inputs = random_inputs(call, random);
  const std::string what = named(call, k);
  for (const std::int64_t block : {n, std::int64_t{1}, std::int64_t{7}, std::int64_t{16}}) {
    call.block = block;
    const Prepared prepared = avx512::prepare_matmul_bf16(call);
    ASSERT_TRUE(prepared) << prepared.refusal;
    expect_promised(call, inputs, run_call(call, prepared, inputs)[0], what + "blocks of " + std::to_string(block));
  }
  call.inputs[0].access = call.outputs[0].access = Access::whole;
  call.rows = call.block = 1;
  expect_promised(call, inputs, run_call(call, avx512::prepare_matmul_bf16(call), inputs)[0], what + "whole");
}

TEST_F(Avx512MatmulBf16, AddsTwoTermsAtATimeInBlocksOfAnySize) {
  std::mt19937 random(1);
  const std::int64_t sizes[][3] = {{1, 1, 1},    {5, 3, 2},    {17, 33, 9},   {64, 100, 10},  {3, 0, 4},
                                   {2, 70, 150}, {1, 300, 67}, {33, 600, 40}, {20, 64, 31},   {7, 257, 129},
                                   {8, 16, 32},  {16, 8, 16},  {9, 511, 48},  {70, 450, 100}, {2, 513, 64}};
  for (const auto& [n, k, m] : sizes) {
    for (int form = 0; form < 4; ++form) check(n, k, m, form, random);
  }
}

TEST_F(Avx512MatmulBf16, TailsOfAllWidths) {
  std::mt19937 random(2);
  for (std::int64_t m = 1; m <= 70; ++m) {
    const std::int64_t n = 1 + m % 9, k = 1 + m * 5 % 37;
    for (int form = 0; form < 4; ++form) check(n, k, m, form, random);
  }
}

TEST_F(Avx512MatmulBf16, LeavesOfAnySize) {
  std::mt19937 random(3);
  for (const std::int64_t leaf : {1, 2, 5, 32}) {
    Call call = product(DType::bf16, 11, 67, 37, true, false);
    call.leaf = leaf;
    const auto inputs = random_inputs(call, random);
    const Tensor got = run_call(call, avx512::prepare_matmul_bf16(call), inputs)[0];
    expect_promised(call, inputs, got, "leaves of " + std::to_string(leaf));
  }
}

TEST_F(Avx512MatmulBf16, LeavesPartsOfSumsWithEachBlock) {
  std::mt19937 random(4);
  const Call call = partial_product(300, 128, 20, 70);
  const auto inputs = random_inputs(call, random);
  const Prepared prepared = avx512::prepare_matmul_bf16(call);
  ASSERT_TRUE(prepared) << prepared.refusal;
  const Tensor got = run_call(call, prepared, inputs)[0];
  for (std::int64_t b = 0; b < 3; ++b) {
    const auto expected = promised(call, inputs, 128 * b, std::min<std::int64_t>(128, 300 - 128 * b));
    for (std::size_t i = 0; i < expected.size(); ++i) {
      ASSERT_EQ(got.as<float>()[static_cast<std::size_t>(b) * 20 * 70 + i], expected[i]) << b << " at " << i;
    }
  }
}

TEST_F(Avx512MatmulBf16, IsExactForSmallIntegersAsWideningIs) {
  std::mt19937 random(5);
  std::uniform_int_distribution<int> small(-8, 8);
  for (int form = 0; form < 4; ++form) {
    const Call call = product(DType::bf16, 30, 201, 50, form & 1, form & 2);
    auto inputs = random_inputs(call, random);
    for (Tensor& input : inputs) {
      for (std::int64_t i = 0; i < input.count(); ++i) input.set(i, small(random));
    }
    const Tensor got = run_call(call, avx512::prepare_matmul_bf16(call), inputs)[0];
    EXPECT_TRUE(same_bits(got, in_f32(call, inputs))) << form;
  }
}

TEST_F(Avx512MatmulBf16, IsNearWideningForAllNumbers) {
  std::mt19937 random(6);
  for (int form = 0; form < 4; ++form) {
    const Call call = product(DType::bf16, 30, 784, 50, form & 1, form & 2);
    const auto inputs = random_inputs(call, random);
    expect_near(run_call(call, avx512::prepare_matmul_bf16(call), inputs)[0], in_f32(call, inputs), 1e-5);
  }
}

/// Row 0 of A meets what is in column 0 of B; nothing of it may reach other rows or columns, nor what is no term.
TEST_F(Avx512MatmulBf16, KeepsInfinitiesAndNanWhereTheyAre) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  for (int form = 0; form < 4; ++form) {
    const Call call = product(DType::bf16, 2, 3, 18, form & 1, form & 2);
    Tensor a = Tensor::full(call.inputs[0].type, 1), b = Tensor::full(call.inputs[1].type, 1);
    a.set(form & 1 ? 4 : 2, infinity);      // A[0, 2]
    a.set(form & 1 ? 1 : 3, std::nan(""));  // A[1, 0]
    b.set(form & 2 ? 2 : 36, -1);           // B[2, 0]
    const Tensor c = run_call(call, avx512::prepare_matmul_bf16(call), {a, b})[0];
    EXPECT_EQ(c.number(0), -infinity);
    for (std::int64_t j = 1; j < 18; ++j) EXPECT_EQ(c.number(j), infinity);
    for (std::int64_t j = 0; j < 18; ++j) EXPECT_TRUE(std::isnan(c.number(18 + j)));
  }
}

TEST_F(Avx512MatmulBf16, TakesDenormalsAsZero) {
  const Call call = product(DType::bf16, 1, 1, 1, false, false);
  const auto times = [&](double x, double y) {
    const Tensor a = Tensor::full(call.inputs[0].type, x), b = Tensor::full(call.inputs[1].type, y);
    return run_call(call, avx512::prepare_matmul_bf16(call), {a, b})[0].number(0);
  };
  const double smallest = std::ldexp(1, -126);
  EXPECT_EQ(times(smallest, 1), smallest);
  EXPECT_EQ(times(smallest / 2, 4), 0);  // a denormal factor
  EXPECT_EQ(times(smallest, 0.5), 0);    // a denormal result
}

TEST(Bf16Unit, IsThatOfTheKernelThatIsChosen) {
  const std::string_view kernel = choose(product(DType::bf16, 64, 64, 64, false, false)).kernel.name;
  switch (bf16_unit()) {
    case Bf16Unit::none: EXPECT_EQ(kernel, "highway.matmul_bf16"); break;
    case Bf16Unit::avx512: EXPECT_EQ(kernel, "avx512.matmul_bf16"); break;
    case Bf16Unit::amx: EXPECT_EQ(kernel, "onednn.matmul"); break;
  }
}

TEST(Avx512MatmulBf16Refuses, WithReasons) {
  const Prepared f32 = avx512::prepare_matmul_bf16(product(DType::f32, 4, 4, 4, false, false));
  EXPECT_EQ(f32.refusal, "matrices that are not bf16");
  const Prepared here = avx512::prepare_matmul_bf16(product(DType::bf16, 4, 4, 4, false, false));
  EXPECT_EQ(here.refusal, avx512::has_bf16_products() ? "" : "no AVX-512 BF16");
}

}  // namespace
}  // namespace gradus::testing
