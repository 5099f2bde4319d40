// Products of bf16 matrices on oneDNN, also where there is no AMX but some other instruction set for them.
#include "gradus/engine/cpu/kernels/onednn/matmul.hpp"

#ifdef GRADUS_HAS_ONEDNN
#include <filesystem>
#include <thread>

#include "tests/engine/cpu/kernels/products.hpp"

namespace gradus::testing {
namespace {

class OnednnMatmul : public ::testing::Test {
 protected:
  void SetUp() override {
    const Prepared prepared = prepare_onednn_matmul_anywhere(product(DType::bf16, 64, 64, 64, false, false));
    if (!prepared) GTEST_SKIP() << prepared.refusal;
  }
};

TEST_F(OnednnMatmul, AgreesWithF32StoredEitherWayInBlocks) {
  std::mt19937 random(1);
  const std::int64_t sizes[][3] = {{1, 1, 1}, {17, 33, 9}, {64, 100, 10}, {2, 70, 150}, {33, 600, 40}, {48, 257, 129}};
  for (const auto& [n, k, m] : sizes) {
    for (int form = 0; form < 4; ++form) {
      Call call = product(DType::bf16, n, k, m, form & 1, form & 2);
      const auto inputs = random_inputs(call, random);
      for (const std::int64_t block : {n, std::int64_t{16}}) {
        SCOPED_TRACE(to_string(call.outputs[0].type) + " form " + std::to_string(form) + " in blocks of " +
                     std::to_string(block));
        call.block = block;
        const Prepared prepared = prepare_onednn_matmul_anywhere(call);
        if (!prepared) {
          EXPECT_TRUE(prepared.refusal.starts_with("oneDNN")) << prepared.refusal;
          continue;
        }
        expect_near(run_call(call, prepared, inputs)[0], in_f32(call, inputs),
                    2e-6 * std::sqrt(static_cast<double>(k)));
      }
    }
  }
}

TEST_F(OnednnMatmul, LeavesPartsOfSumsWithEachBlock) {
  std::mt19937 random(2);
  const Call call = partial_product(300, 128, 20, 70);
  const auto inputs = random_inputs(call, random);
  const Prepared prepared = prepare_onednn_matmul_anywhere(call);
  ASSERT_TRUE(prepared) << prepared.refusal;
  expect_near(run_call(call, prepared, inputs)[0], in_f32(call, inputs), 2e-5);
}

/// Ones of 2^24 first: f32 cannot add 1 to them, so the order of the sums shows.
TEST_F(OnednnMatmul, AddsLeavesInTheTree) {
  const std::int64_t rows = 5 * rows_per_leaf;
  const Call call = product(DType::bf16, 16, rows, 16, true, false);
  Tensor a = Tensor::full(call.inputs[0].type, 0), b = Tensor::full(call.inputs[1].type, 1);
  const double leaves[] = {16777216, 1, 1, 1, -16777216};  // ((0 + 1) + (2 + 3)) + 4: 2^24 + 1 is 2^24, + 2 is not
  for (int leaf = 0; leaf < 5; ++leaf) {
    for (int i = 0; i < 16; ++i) a.set(leaf * rows_per_leaf * 16 + i, leaves[leaf]);
  }
  const Prepared prepared = prepare_onednn_matmul_anywhere(call);
  ASSERT_TRUE(prepared) << prepared.refusal;
  const Tensor got = run_call(call, prepared, {a, b})[0];
  for (std::int64_t i = 0; i < got.count(); ++i) ASSERT_EQ(got.number(i), 2);
}

std::size_t threads_of_process() {
  std::error_code error;
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task", error)) count += entry.exists();
  return count;
}

TEST_F(OnednnMatmul, StaysOnTheThreadThatCallsIt) {
  std::mt19937 random(3);
  Call call = product(DType::bf16, 512, 512, 512, false, false);
  call.block = 128;
  const auto inputs = random_inputs(call, random);
  std::thread([] {}).join();  // a sanitizer may start a thread of its own beside the first
  const std::size_t before = threads_of_process();
  const Prepared prepared = prepare_onednn_matmul_anywhere(call);
  ASSERT_TRUE(prepared) << prepared.refusal;
  const Tensor expected = run_call(call, prepared, inputs)[0];
  EXPECT_EQ(threads_of_process(), before);
  Tensor got[5];  // on threads of ours, at once
  std::vector<std::thread> threads;
  for (Tensor& to : got) threads.emplace_back([&] { to = run_call(call, prepared, inputs)[0]; });
  for (std::thread& thread : threads) thread.join();
  for (const Tensor& of : got) EXPECT_TRUE(same_bits(of, expected));
  EXPECT_LE(threads_of_process(), before);
}

TEST(OnednnMatmulRefusals, AreSaid) {
  Call call = product(DType::f32, 8, 4, 4, false, false);
  EXPECT_EQ(prepare_onednn_matmul_anywhere(call).refusal, "matrices that are not bf16");
  EXPECT_EQ(prepare_onednn_matmul_anywhere(product(DType::bf16, 8, 0, 4, false, false)).refusal, "a matrix is empty");
  const Prepared here = prepare_onednn_matmul(product(DType::bf16, 64, 64, 64, false, false));
  EXPECT_TRUE(here || here.refusal == "no AMX") << here.refusal;
  EXPECT_EQ(static_cast<bool>(here), bf16_unit() == Bf16Unit::amx);
}

}  // namespace
}  // namespace gradus::testing
#endif
