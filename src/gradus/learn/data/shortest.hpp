// Numbers of a network as people read them: as few digits as are still the same number to the network.
#pragma once

#include "gradus/core/tensor/dtype.hpp"
#include "gradus/learn/data/schema.hpp"

namespace gradus::data {

/// `x` rounded to as few significant digits as tell it from its neighbors in `dtype` (f32 or f64): 0.1 for the f32
/// nearest to 0.1.
double shortest(double x, DType dtype);

/// The number that `target` encodes as `z`, computed in f64 and rounded to as few significant digits as encode to `z`
/// again in `dtype`; exact where its mean is so large beside the deviation that f64 cannot tell neighbors apart.
double shortest_decoded(const Encoder& target, double z, DType dtype);

}  // namespace gradus::data
