#include "gradus/learn/data/batches.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "gradus/engine/machine/thread_pool.hpp"
#include "gradus/learn/data/highway/scale_bytes.hpp"
#include "tests/support/refusal.hpp"

namespace gradus::data {
namespace {

using test::expect_refusal;

TEST(ScaleBytes, EveryByteIsTheDivision) {
  for (std::size_t shift = 0; shift < 70;
       ++shift) {  // every byte in every lane, and in the rest behind the last vector
    std::vector<std::uint8_t> bytes(256 + shift);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i + shift);
    std::vector<float> numbers(bytes.size());
    scale_bytes(bytes, numbers);
    for (std::size_t i = 0; i < bytes.size(); ++i)
      ASSERT_EQ(numbers[i], static_cast<float>(bytes[i]) / 255.0f) << int{bytes[i]};
  }
}

Dataset images() {
  Dataset set;
  set.features = Tensor::from({3, 1, 2}, {0, 1, 51, 100, 254, 255}, DType::u8);
  set.divisor = 255;
  set.task = Task::classification;
  set.has_targets = true;
  set.targets = Tensor::from({3}, {2, 0, 1}, DType::i64);
  set.class_names = {"0", "1", "2"};
  return set;
}

Dataset table() {
  Dataset set;
  set.features = Tensor::from({3, 2}, {0.1, 0.2, 0.3, 0.4, 0.5, 0.6}, DType::f32);
  set.has_targets = true;
  set.targets = Tensor::from({3, 1}, {10, 20, 30}, DType::f32);
  return set;
}

const std::vector<std::int64_t> rows = {2, 0};

TEST(GatherFeatures, SharedAmongThreadsAreTheSame) {
  Dataset set;
  set.divisor = 255;
  set.features = Tensor(DType::u8, {50, 40, 10});
  for (std::int64_t i = 0; i < set.features.count(); ++i) set.features.set(i, static_cast<double>(i * 37 % 256));
  std::vector<std::int64_t> chosen;
  for (std::int64_t i = 0; i < 101; ++i) chosen.push_back(i * 7 % 50);
  for (const DType dtype : {DType::f32, DType::f64}) {
    Tensor alone(dtype, {101, 400});
    gather_features(set, chosen, alone.view());
    for (const int threads : {1, 2, 3}) {
      ThreadPool pool(threads);
      Tensor shared(dtype, {101, 40, 10});
      Gatherer(pool).features(set, chosen, shared.view());
      EXPECT_EQ(std::memcmp(alone.data(), shared.data(), alone.bytes()), 0) << threads;
    }
  }
  ThreadPool pool(2);
  Tensor small(DType::f32, {100, 400});
  expect_refusal(
      Fault::usage, [&] { Gatherer(pool).features(set, chosen, small.view()); }, "features", "40400");
}

TEST(GatherFeatures, BytesBecomeFractions) {
  const Dataset set = images();
  Tensor f32(DType::f32, {2, 1, 2}), f64(DType::f64, {2, 2});
  gather_features(set, rows, f32.view());
  gather_features(set, rows, f64.view());
  const std::uint8_t bytes[] = {254, 255, 0, 1};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(f32.as<float>()[i], static_cast<float>(bytes[i]) / 255.0f);
    EXPECT_EQ(f64.as<double>()[i], bytes[i] / 255.0);
  }
}

TEST(GatherFeatures, NumbersAreCopied) {
  Tensor f32(DType::f32, {2, 2}), f64(DType::f64, {4});
  gather_features(table(), rows, f32.view());
  gather_features(table(), rows, f64.view());
  const float expected[] = {0.5f, 0.6f, 0.1f, 0.2f};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(f32.as<float>()[i], expected[i]);
    EXPECT_EQ(f64.as<double>()[i], static_cast<double>(expected[i]));
  }
}

TEST(GatherTargets, NumbersOrOneHot) {
  Tensor i64(DType::i64, {2}), i32(DType::i32, {2}), one_hot = Tensor::full({DType::f32, {2, 3}}, 7),
                                                     price(DType::f64, {2, 1});
  gather_targets(images(), rows, i64.view());
  gather_targets(images(), rows, i32.view());
  gather_targets(images(), rows, one_hot.view());
  gather_targets(table(), rows, price.view());
  EXPECT_EQ(i64.numbers(), (std::vector<double>{1, 2}));
  EXPECT_EQ(i32.numbers(), (std::vector<double>{1, 2}));
  EXPECT_EQ(one_hot.numbers(), (std::vector<double>{0, 1, 0, 0, 0, 1}));
  EXPECT_EQ(price.numbers(), (std::vector<double>{30, 10}));
}

TEST(Gather, BuffersMustFit) {
  Tensor small(DType::f32, {3}), whole(DType::i64, {4}), classes(DType::u8, {2}), two(DType::f32, {2, 2});
  expect_refusal(
      Fault::usage, [&] { gather_features(table(), rows, small.view()); }, "f32[3]", "4 numbers");
  expect_refusal(
      Fault::usage, [&] { gather_features(table(), rows, whole.view()); }, "i64[4]");
  expect_refusal(
      Fault::usage, [&] { gather_targets(images(), rows, two.view()); }, "f32[2,2]", "[2,3]");
  expect_refusal(
      Fault::usage, [&] { gather_targets(images(), rows, classes.view()); }, "u8[2]");
  expect_refusal(
      Fault::usage, [&] { gather_targets(table(), rows, two.view()); }, "f32[2,2]", "2 numbers");
}

TEST(Batches, TheLastOneIsShort) {
  const std::vector<std::int64_t> order = {5, 6, 7, 8, 9};
  EXPECT_EQ(batch_count(5, 2), 3);
  EXPECT_EQ(batch_count(4, 2), 2);
  EXPECT_EQ(batch_count(0, 2), 0);
  EXPECT_EQ(batch_rows(order, 2, 1).front(), 7);
  EXPECT_EQ(batch_rows(order, 2, 2).size(), 1u);
  EXPECT_EQ(batch_rows(order, 2, 2).front(), 9);
  EXPECT_TRUE(batch_rows(order, 2, 3).empty());
  EXPECT_EQ(batch_rows(order, 100, 0).size(), 5u);
}

TEST(Take, RowsInTheGivenOrder) {
  const Dataset set = take(images(), rows);
  EXPECT_EQ(set.features.numbers(), (std::vector<double>{254, 255, 0, 1}));
  EXPECT_EQ(set.targets.numbers(), (std::vector<double>{1, 2}));
  EXPECT_EQ(set.class_names.size(), 3u);
  EXPECT_EQ(set.divisor, 255);
}

}  // namespace
}  // namespace gradus::data
