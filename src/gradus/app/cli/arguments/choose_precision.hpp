// What --precision auto comes to on this machine.
#pragma once

#include <string>
#include <string_view>

#include "gradus/core/tensor/dtype.hpp"
#include "gradus/engine/cpu/runtime/faster_products.hpp"

namespace gradus::cli {

struct ChosenPrecision {
  DType precision = DType::f32;
  std::string reason = {};  // "auto, since this machine has AMX"; empty where it was said
};

/// bf16 where products are faster with it on the device, by the instructions `isa`; may measure for some ms.
ChosenPrecision choose_precision(std::string_view device, std::string_view isa = "native");
ChosenPrecision choose_precision(const FasterProducts& products);

/// "bf16 products, the rest f32: auto, since this machine has AMX".
std::string precision_text(DType precision, const std::string& reason);

}  // namespace gradus::cli
