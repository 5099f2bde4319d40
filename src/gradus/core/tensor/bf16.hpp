// bf16: the upper half of an f32. A way to store numbers; sums are made in f32.
#pragma once

#include <bit>
#include <cstdint>

namespace gradus {

struct Bf16 {
  std::uint16_t bits = 0;
  friend bool operator==(Bf16, Bf16) = default;  // of bits
};

/// Exact.
constexpr float to_float(Bf16 x) { return std::bit_cast<float>(static_cast<std::uint32_t>(x.bits) << 16); }

/// Rounds to nearest, ties to even; what is too large becomes infinite. A NaN keeps its sign and upper bits, and is
/// quiet.
constexpr Bf16 to_bf16(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  constexpr std::uint32_t infinite = 0x7f800000, half = 0x7fff, quiet = 0x400000;
  const bool nan = (bits & 0x7fffffff) > infinite;
  return {static_cast<std::uint16_t>((nan ? bits | quiet : bits + half + (bits >> 16 & 1)) >> 16)};
}

}  // namespace gradus
