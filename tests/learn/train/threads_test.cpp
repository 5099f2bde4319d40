// Who computes never changes what is computed.
#include <gtest/gtest.h>

#include <thread>

#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/train/evaluate.hpp"
#include "gradus/learn/train/train.hpp"
#include "tests/learn/train/sample_data.hpp"

namespace gradus {
namespace {

/// Large enough for every region of the step to be worth sharing.
Run train_with(int threads, DType dtype, std::uint64_t seed = 11, DType products = DType::f32) {
  Engine engine({.threads = threads});
  return train(engine, nn::with_output(nn::parse_net("96 tanh, dropout 0.25, 64 relu"), 3),
               sine_classes(500, 64, dtype),
               {.batch = 96, .epochs = 1000, .steps = 200, .seed = seed, .dtype = dtype, .products = products});
}

void expect_same(const Run& a, const Run& b, const std::string& what) {
  for (const nn::Parameter& p : a.model.network.parameters) {
    EXPECT_TRUE(same_bits(p.value, *b.model.network.find(p.name))) << what << ", " << p.name;
  }
  ASSERT_EQ(a.history.size(), b.history.size());
  for (std::size_t i = 0; i < a.history.size(); ++i) {
    EXPECT_EQ(a.history[i].loss, b.history[i].loss) << what << ", epoch " << i + 1;
    EXPECT_EQ(a.history[i].validation->loss, b.history[i].validation->loss) << what << ", epoch " << i + 1;
  }
}

void expect_same_for_any_threads(DType dtype) {
  const auto one = train_with(1, dtype);
  EXPECT_EQ(one.model.record.steps, 200);
  for (int threads : {2, 3, 5}) expect_same(one, train_with(threads, dtype), std::to_string(threads) + " threads");
}

TEST(Threads, GiveTheSameBitsAfter200StepsInF32) { expect_same_for_any_threads(DType::f32); }
TEST(Threads, GiveTheSameBitsAfter200StepsInF64) { expect_same_for_any_threads(DType::f64); }

TEST(Threads, GiveTheSameBitsAfter200StepsInBf16) {
  const auto one = train_with(1, DType::f32, 11, DType::bf16);
  for (int threads : {2, 3, 5, 16}) {
    expect_same(one, train_with(threads, DType::f32, 11, DType::bf16), std::to_string(threads) + " threads");
  }
}

TEST(ConcurrentTrainings, DoNotTouchEachOther) {
  const gradus::Run alone[] = {train_with(2, DType::f32, 1), train_with(2, DType::f32, 2)};
  gradus::Run together[2];
  {
    std::thread other([&] { together[1] = train_with(2, DType::f32, 2); });
    together[0] = train_with(2, DType::f32, 1);
    other.join();
  }
  expect_same(alone[0], together[0], "first");
  expect_same(alone[1], together[1], "second");
}

}  // namespace
}  // namespace gradus
