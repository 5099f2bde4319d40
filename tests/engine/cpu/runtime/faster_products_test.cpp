#include "gradus/engine/cpu/runtime/faster_products.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace gradus {
namespace {

TEST(FasterProducts, FollowTheUnitAndWhatWasMeasured) {
  EXPECT_EQ(faster_products(Bf16Unit::none, 9).dtype, DType::f32);
  EXPECT_EQ(faster_products(Bf16Unit::amx, 0).dtype, DType::bf16);
  EXPECT_EQ(faster_products(Bf16Unit::avx512, 0.5).dtype, DType::f32);
  EXPECT_EQ(faster_products(Bf16Unit::avx512, 1.24).dtype, DType::f32);
  EXPECT_EQ(faster_products(Bf16Unit::avx512, 1.7).dtype, DType::bf16);
  EXPECT_EQ(faster_products(Bf16Unit::amx, 5).speedup, 0);  // nobody measures it
}

TEST(FasterProducts, OfThisMachineAreMeasuredWithAvx512Alone) {
  const FasterProducts here = faster_products();
  EXPECT_EQ(here.unit, bf16_unit());
  EXPECT_EQ(here.speedup > 0, here.unit == Bf16Unit::avx512);
}

TEST(Bf16Speedup, IsARatio) {  // how large it is depends on who else computes here
  const double speedup = measure_bf16_speedup();
  EXPECT_GT(speedup, 0);
  EXPECT_TRUE(std::isfinite(speedup));
}

}  // namespace
}  // namespace gradus
