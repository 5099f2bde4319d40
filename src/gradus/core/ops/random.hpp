// Random numbers: f(seed, step, stream, element) by Philox (core/base/random.hpp), the same on every machine and for
// any division of work. The key is an i64 [2] value (seed, step); the stream is an attribute that every pass keeps.
// Where a value holds some rows of a whole batch the key is i64 [3] = (seed, step, number of the first of them, from
// 0), and the numbers are those of these rows in the whole.
#pragma once

#include "gradus/core/base/random.hpp"
#include "gradus/core/graph/graph.hpp"

namespace gradus {

/// Uniform on [0, 1), a multiple of 2^-24 (f32) or 2^-53 (f64).
Value random_uniform(Value key, const Type& type, std::int64_t stream);
/// Mean 0, standard deviation 1.
Value random_normal(Value key, const Type& type, std::int64_t stream);
/// u8: 1 with probability p (in [0, 1]), else 0.
Value random_bernoulli(Value key, const Shape& shape, double p, std::int64_t stream);

/// The sequence that a value of a random op draws from, and the first element that it takes.
struct RandomDraw {
  RandomKey key;
  std::uint64_t first = 0;
};

/// For a key's numbers, and the value's shape and attributes. Throws UserError naming `op` for a step or a first row
/// beyond the sequences.
RandomDraw random_draw(std::string_view op, std::span<const std::int64_t> key, const Shape& shape, const Attrs& attrs);

/// This family's ops, and all of them.
extern const Op random_uniform_op, random_normal_op, random_bernoulli_op;
std::span<const Op* const> random_ops();

}  // namespace gradus
