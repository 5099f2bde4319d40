// Numbers between f32 and bf16, whole vectors at a time: the same bits as to_bf16() and to_float().
#pragma once

#include <cstdint>

#include "gradus/core/tensor/bf16.hpp"

namespace gradus::highway {

struct Bf16Loops {
  void (*narrow)(const float* from, Bf16* to, std::int64_t n);
  void (*widen)(const Bf16* from, float* to, std::int64_t n);
};

/// Of the best instruction set that this machine has.
Bf16Loops bf16_loops();

}  // namespace gradus::highway
