// How a parameter gets its first numbers. Every initializer is a function of (seed, parameter name, shape) alone: the
// same for any number of threads, and whatever other layers there are. f32 parameters are the f64 numbers, rounded.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "gradus/core/tensor/tensor.hpp"

namespace gradus::init {

/// A value: its text ("normal 0.01") and the function that fills `out` (f32 or f64).
struct Init {
  std::string name;
  std::function<void(View out, std::uint64_t seed, std::string_view parameter)> fill;
};

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
