#include "gradus/app/cli/arguments/choose_precision.hpp"

#include <fmt/format.h>

#include "gradus/engine/cpu/kernels/instruction_set.hpp"
#include "gradus/engine/runtime/engine.hpp"

namespace gradus::cli {

ChosenPrecision choose_precision(const FasterProducts& products) {
  switch (products.unit) {
    case Bf16Unit::none: return {products.dtype, "auto, since this machine has no instruction for bf16 products"};
    case Bf16Unit::amx: return {products.dtype, "auto, since this machine has AMX"};
    case Bf16Unit::avx512: break;
  }
  const std::string measured =
      fmt::format("auto, since a product in bf16 was measured at {:.2f} times the speed of f32", products.speedup);
  return {products.dtype,
          products.dtype == DType::bf16 ? measured : measured + fmt::format(", less than {:.2f}", least_bf16_speedup)};
}

std::string precision_text(DType precision, const std::string& reason) {
  std::string out(name(precision));
  if (precision == DType::bf16) out += " products, the rest f32";
  return reason.empty() ? out : out + ": " + reason;
}

ChosenPrecision choose_precision(std::string_view device, std::string_view isa) {
  if (device == devices().front()) {
    const UseInstructionSet use(find_instruction_set(isa));
    return choose_precision(faster_products());
  }
  return {DType::f32, "auto, since the device " + std::string(device) + " has no products in bf16"};
}

}  // namespace gradus::cli
