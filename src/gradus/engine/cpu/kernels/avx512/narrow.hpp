// f32 to bf16 with the bits of to_bf16().
#pragma once

#include <cstdint>

#include "gradus/core/tensor/bf16.hpp"

namespace gradus::avx512 {

/// REQUIRES has_bf16_products().
void narrow(const float* from, Bf16* to, std::int64_t n);

}  // namespace gradus::avx512
