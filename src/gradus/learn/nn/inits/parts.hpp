// What several initializers have in common.
#pragma once

#include <vector>

#include "gradus/learn/nn/init.hpp"

namespace gradus::init {

using kinds::Key;
using kinds::Keys;
using kinds::KeyType;

/// All elements `value`.
void fill_with(View out, double value);
/// Uniform on [-a, a), by seed and name of the parameter.
void fill_uniform(View out, std::uint64_t seed, std::string_view parameter, double a);
/// Normal with mean 0 and this standard deviation.
void fill_normal(View out, std::uint64_t seed, std::string_view parameter, double std);

}  // namespace gradus::init
