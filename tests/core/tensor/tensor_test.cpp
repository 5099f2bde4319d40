#include "gradus/core/tensor/tensor.hpp"
#include "tests/support/refusal.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace gradus {
namespace {

TEST(DTypeTable, NamesReadBack) {
  for (const DTypeInfo& entry : dtype_table) EXPECT_EQ(name(*parse_dtype(entry.name)), entry.name);
  EXPECT_EQ(parse_dtype("f16"), std::nullopt);
  EXPECT_EQ(size_of(DType::bf16), 2u);
  EXPECT_FALSE(is_floating(DType::u8));
}

TEST(Tensor, BeginsAsZerosOnItsOwnCacheLine) {
  const Tensor t(DType::f32, {3, 5});
  for (double x : t.numbers()) EXPECT_EQ(x, 0);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(t.data()) % 64, 0u);
  EXPECT_EQ(t.bytes(), 60u);
}

TEST(Tensor, IsCopiedByValue) {
  Tensor a = Tensor::from({2}, {1, 2});
  Tensor b = a;
  b.set(0, 9);
  EXPECT_EQ(a.number(0), 1);
  a = b;
  EXPECT_TRUE(same_bits(a, b));
  EXPECT_EQ(Tensor(4.0).type(), (Type{DType::f64, {}}));
}

TEST(Tensor, WantsAsManyNumbersAsItsShape) {
  EXPECT_THROW(Tensor::from({3}, {1, 2}), UserError);
  EXPECT_THROW(Tensor::from({3}, {1, 2, 3}).reshaped({2}), UserError);
  EXPECT_EQ(Tensor::from({2, 2}, {1, 2, 3, 4}).reshaped({4}).shape(), (Shape{4}));
}

TEST(Tensor, HoldsNothing) {
  const Tensor t(DType::f64, {0, 3});
  EXPECT_EQ(t.count(), 0);
  EXPECT_TRUE(t.numbers().empty());
  EXPECT_TRUE(same_bits(t, Tensor(t)));
}

TEST(Cast, TruncatesAndSaturates) {
  const Tensor t = Tensor::from({6}, {2.9, -2.9, 1e30, -1e30, NAN, 255.5});
  EXPECT_EQ(t.cast(DType::u8).numbers(), (std::vector<double>{2, 0, 255, 0, 0, 255}));
  EXPECT_EQ(t.cast(DType::i32).numbers(), (std::vector<double>{2, -2, 2147483647.0, -2147483648.0, 0, 255}));
  EXPECT_EQ(t.cast(DType::i64).as<std::int64_t>()[2], std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(Tensor(0.1).cast(DType::f32).number(), static_cast<double>(0.1f));
}

TEST(View, RefusesToBeReadAsAnotherType) {
  Tensor t(DType::f32, {2});
  const auto refused = [](const auto& action, const char* words) { test::expect_refusal(Fault::usage, action, words); };
  refused([&] { t.as<double>(); }, "numbers of f32[2]: found as<double>(); expected f32; try: as<float>()");
  refused([&] { t.view().as<std::int64_t>(); }, "found as<std::int64_t>()");
  refused([&] { t.number(2); }, "f32[2]: found element 2; expected 0 to 1");
  refused([&] { t.set(-1, 0); }, "f32[2]: found element -1; expected 0 to 1");
  refused([] { Tensor(DType::i64, {0, 3}).number(); }, "expected none: it has no elements");
}

TEST(ByteCount, RefusesWhatNoMachineHolds) {
  EXPECT_EQ(byte_count({DType::f64, {3}}), 24u);
  EXPECT_THROW(byte_count({DType::f64, {std::int64_t{1} << 61}}), UserError);
}

TEST(Visit, RefusesBf16) {
  EXPECT_THROW(visit(DType::bf16, [](auto) {}), UserError);
  EXPECT_THROW(visit_floating(DType::i32, [](auto) {}), UserError);
}

}  // namespace
}  // namespace gradus
