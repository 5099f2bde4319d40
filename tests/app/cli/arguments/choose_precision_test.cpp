// What --precision auto says, on any machine.
#include "gradus/app/cli/arguments/choose_precision.hpp"

#include <gtest/gtest.h>

#include "gradus/app/cli/arguments/settings.hpp"
#include "gradus/core/base/error.hpp"

namespace gradus::cli {
namespace {

std::string said(Bf16Unit unit, double speedup) {
  const ChosenPrecision chosen = choose_precision(faster_products(unit, speedup));
  return precision_text(chosen.precision, chosen.reason);
}

TEST(ChoosePrecision, SaysWhatItWentBy) {
  EXPECT_EQ(said(Bf16Unit::none, 0), "f32: auto, since this machine has no instruction for bf16 products");
  EXPECT_EQ(said(Bf16Unit::amx, 0), "bf16 products, the rest f32: auto, since this machine has AMX");
  EXPECT_EQ(said(Bf16Unit::avx512, 1.778),
            "bf16 products, the rest f32: auto, since a product in bf16 was measured at 1.78 times the speed of f32");
  EXPECT_EQ(said(Bf16Unit::avx512, 0.5),
            "f32: auto, since a product in bf16 was measured at 0.50 times the speed of f32, less than 1.25");
  EXPECT_EQ(precision_text(DType::bf16, ""), "bf16 products, the rest f32");
  EXPECT_EQ(precision_text(DType::f64, ""), "f64");
}

TEST(ReadPrecision, LeavesAutoOpen) {
  EXPECT_EQ(read_precision("auto", "--precision"), std::nullopt);
  EXPECT_EQ(read_precision("bf16", "--precision"), DType::bf16);
  EXPECT_THROW(read_precision("f16", "--precision"), UserError);
}

}  // namespace
}  // namespace gradus::cli
