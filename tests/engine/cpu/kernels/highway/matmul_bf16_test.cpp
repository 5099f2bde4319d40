// Products of bf16 matrices and casts: bit for bit those of the same numbers in f32.
#include "gradus/engine/cpu/kernels/highway/bf16_loops.hpp"
#include "gradus/engine/cpu/kernels/highway/kernels.hpp"
#include "gradus/engine/cpu/kernels/reference/evaluate.hpp"
#include "tests/engine/cpu/kernels/products.hpp"

namespace gradus::testing {
namespace {

TEST(HighwayMatmulBf16, AreTheF32ProductsOfTheSameNumbersInBlocksOfAnySize) {
  std::mt19937 random(1);
  const std::int64_t sizes[][3] = {{1, 1, 1},    {5, 3, 2},    {17, 33, 9},   {64, 100, 10}, {3, 0, 4},
                                   {2, 70, 150}, {1, 300, 67}, {33, 600, 40}, {20, 64, 31},  {7, 257, 129}};
  for (const std::int64_t set : instruction_sets()) {
    const UseInstructionSet use(set);
    for (const auto& [n, k, m] : sizes) {
      for (int form = 0; form < 4; ++form) {
        Call call = product(DType::bf16, n, k, m, form & 1, form & 2);
        const auto inputs = random_inputs(call, random);
        for (const std::int64_t block : {n, std::int64_t{1}, std::int64_t{16}}) {
          call.block = block;
          const Prepared prepared = highway::prepare_matmul_bf16(call);
          ASSERT_TRUE(prepared) << prepared.refusal;
          EXPECT_TRUE(same_bits(run_call(call, prepared, inputs)[0], in_f32(call, inputs)))
              << to_string(call.outputs[0].type) << " form " << form << " in blocks of " << block << " on "
              << hwy::TargetName(set);
        }
        call.inputs[0].access = call.outputs[0].access = Access::whole;
        call.rows = call.block = 1;
        EXPECT_TRUE(same_bits(run_call(call, highway::prepare_matmul_bf16(call), inputs)[0], in_f32(call, inputs)));
      }
    }
  }
}

TEST(HighwayMatmulBf16, LeavesPartsOfSumsWithEachBlock) {
  std::mt19937 random(2);
  const Call call = partial_product(300, 128, 20, 70);
  const auto inputs = random_inputs(call, random);
  const Prepared prepared = highway::prepare_matmul_bf16(call);
  ASSERT_TRUE(prepared) << prepared.refusal;
  EXPECT_TRUE(same_bits(run_call(call, prepared, inputs)[0], in_f32(call, inputs)));
}

TEST(ReferenceMatmul, TakesBf16) {
  std::mt19937 random(3);
  for (int form = 0; form < 4; ++form) {
    Call call = product(DType::bf16, 20, 30, 7, form & 1, form & 2);
    call.block = 8;
    const auto inputs = random_inputs(call, random);
    expect_near(run_call(call, prepare_evaluate(call), inputs)[0], in_f32(call, inputs), 1e-5);
  }
}

TEST(HighwayCast, HasTheBitsOfToBf16AndBack) {
  std::mt19937 random(4);
  std::vector<float> numbers(70000);
  for (float& x : numbers) x = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
  for (std::uint32_t i = 0; i < 0x10000; ++i) numbers[i] = std::bit_cast<float>(i << 16 | (i % 3 == 0 ? 0x8000 : i));
  for (const std::int64_t set : instruction_sets()) {
    const UseInstructionSet use(set);
    const highway::Bf16Loops loops = highway::bf16_loops();
    std::vector<Bf16> narrow(numbers.size());
    std::vector<float> wide(numbers.size());
    loops.narrow(numbers.data(), narrow.data(), static_cast<std::int64_t>(numbers.size()) - 3);
    loops.widen(narrow.data(), wide.data(), static_cast<std::int64_t>(numbers.size()) - 3);
    for (std::size_t i = 0; i + 3 < numbers.size(); ++i) {
      ASSERT_EQ(narrow[i].bits, to_bf16(numbers[i]).bits) << numbers[i] << " on " << hwy::TargetName(set);
      ASSERT_EQ(std::bit_cast<std::uint32_t>(wide[i]), std::uint32_t{narrow[i].bits} << 16);
    }
    EXPECT_EQ(narrow.back().bits, 0);
  }
}

TEST(HighwayCast, RowsAndWhole) {
  Call call = check_cast_to_bf16(highway::prepare_cast);
  call.inputs[0].type.dtype = DType::f64;
  EXPECT_EQ(highway::prepare_cast(call).refusal, "no bf16");
}

}  // namespace
}  // namespace gradus::testing
