// How a parameter gets its first numbers. Every initializer is a function of (seed, parameter name, shape) alone: the
// same for any number of threads, and whatever other layers there are. f32 parameters are the f64 numbers, rounded.
// A kind of initializer is one constant object (inits/), an initializer a kind with its numbers.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "gradus/core/tensor/tensor.hpp"
#include "gradus/learn/kinds/recipe.hpp"

namespace gradus::init {

/// One initializer's formula.
struct InitKind : kinds::Kind {
  /// Fills `out` (f32 or f64).
  void (*fill)(const kinds::Keys& keys, View out, std::uint64_t seed, std::string_view parameter);
};

using Init = kinds::Recipe<InitKind>;
using InitKinds = std::span<const InitKind* const>;

/// Every initializer that comes with gradus: the list is in inits/all.cpp.
InitKinds all_inits();

/// "zeros", "normal 0.01", "he_normal". Throws UserError(Fault::usage) at `place` for unknown kinds and keys, naming
/// the nearest, and for values out of range. `own`: kinds of the caller's own.
Init parse_init(std::string_view text, InitKinds own = {}, const std::string& place = "init");

inline void fill(const Init& init, View out, std::uint64_t seed, std::string_view parameter) {
  init.of().fill(init.keys, out, seed, parameter);
}

/// Connections into and out of a unit of a weight [out, in, ...]: in and out, each times the product of the sizes that
/// follow (PyTorch's _calculate_fan_in_and_fan_out). Rank 1: both are its size; a scalar: 1.
struct Fans {
  double in = 1, out = 1;
};
Fans fans(const Shape& shape);

Init zeros();
Init constant(double value);
/// Mean 0, standard deviation `std` (not the variance). The slides' N(0, 0.01) is normal(0.01).
Init normal(double std);
/// Uniform on [-a, a).
Init uniform(double a);
/// Uniform with a = sqrt(6 / (fan_in + fan_out)). Glorot and Bengio 2010, formula 16.
Init xavier_uniform();
/// Normal with std = sqrt(2 / (fan_in + fan_out)). Glorot and Bengio 2010.
Init xavier_normal();
/// Uniform with a = sqrt(6 / fan_in). He et al. 2015, formula 10, as a uniform distribution of that variance.
Init he_uniform();
/// Normal with std = sqrt(2 / fan_in). He et al. 2015, formula 10.
Init he_normal();
/// Uniform with a = 1 / sqrt(fan_in): what torch.nn.Linear gives its weights (kaiming_uniform with a = sqrt 5).
Init torch_linear();

}  // namespace gradus::init
