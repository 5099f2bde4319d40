// Bytes to numbers between 0 and 1: the inner loop of every batch of images.
#pragma once

#include <cstdint>
#include <span>

namespace gradus::data {

/// out[i] = in[i] / 255, correctly rounded. REQUIRES: equal sizes.
void scale_bytes(std::span<const std::uint8_t> in, std::span<float> out);

}  // namespace gradus::data
