// Random numbers: f(seed, step, stream, element) by Philox (core/base/random.hpp), the same on every machine and for
// any division of work. The key is an i64 [2] value (seed, step); the stream is an attribute that every pass keeps.
#pragma once

#include "gradus/core/graph/graph.hpp"

namespace gradus {

/// Uniform on [0, 1), a multiple of 2^-24 (f32) or 2^-53 (f64).
Value random_uniform(Value key, const Type& type, std::int64_t stream);
/// Mean 0, standard deviation 1.
Value random_normal(Value key, const Type& type, std::int64_t stream);
/// u8: 1 with probability p (in [0, 1]), else 0.
Value random_bernoulli(Value key, const Shape& shape, double p, std::int64_t stream);

std::span<const Op> random_ops();

}  // namespace gradus
