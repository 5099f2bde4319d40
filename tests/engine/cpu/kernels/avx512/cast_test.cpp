// Casts on AVX-512 BF16: the bits of to_bf16(), denormals included.
#include <bit>

#include "gradus/engine/cpu/kernels/avx512/bf16_loops.hpp"
#include "gradus/engine/cpu/kernels/avx512/kernels.hpp"
#include "gradus/engine/cpu/kernels/avx512/narrow.hpp"
#include "tests/engine/cpu/kernels/products.hpp"

namespace gradus::testing {
namespace {

class Avx512Cast : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!avx512::has_bf16_products()) GTEST_SKIP() << "no AVX-512 BF16";
  }
};

TEST_F(Avx512Cast, HasTheBitsOfToBf16) {
  std::mt19937 random(1);
  std::vector<float> numbers;
  // Alone among ordinary numbers, and among its like.
  for (std::uint32_t upper = 0; upper < 0x10000; ++upper) {
    for (const std::uint32_t lower : {0x0u, 0x1u, 0x7fffu, 0x8000u, 0x8001u, 0xffffu}) {
      numbers.push_back(std::bit_cast<float>(upper << 16 | lower));
    }
    if (upper % 64 == 0) {
      for (int i = 0; i < 100; ++i) numbers.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(random())));
      for (int i = 0; i < 64; ++i) numbers.push_back(i == 21 ? std::bit_cast<float>(upper * 77) : 1.5F);
    }
  }
  const auto count = static_cast<std::int64_t>(numbers.size());
  std::vector<Bf16> narrow(numbers.size());
  avx512::narrow(numbers.data(), narrow.data(), count);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    ASSERT_EQ(narrow[i].bits, to_bf16(numbers[i]).bits) << numbers[i] << " at " << i;
  }
}

TEST_F(Avx512Cast, WritesNoMoreThanItIsAsked) {
  for (std::int64_t n = 0; n < 100; ++n) {
    const std::vector<float> numbers(static_cast<std::size_t>(n), 1.5F);
    std::vector<Bf16> narrow(static_cast<std::size_t>(n) + 1);
    avx512::narrow(numbers.data(), narrow.data(), n);
    EXPECT_EQ(narrow.back().bits, 0) << n;
    for (std::int64_t i = 0; i < n; ++i) ASSERT_EQ(narrow[static_cast<std::size_t>(i)], to_bf16(1.5F)) << n;
  }
}

TEST_F(Avx512Cast, RowsAndWhole) {
  Call call = check_cast_to_bf16(avx512::prepare_cast);
  call.outputs[0].type.dtype = DType::f64;
  EXPECT_EQ(avx512::prepare_cast(call).refusal, "not f32 to bf16");
}

}  // namespace
}  // namespace gradus::testing
