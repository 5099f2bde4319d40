// --init: first weights other than those of the layers.
#pragma once

#include <cstdint>

#include "gradus/learn/nn/init.hpp"
#include "gradus/learn/nn/model.hpp"

namespace gradus::cli {

/// Weights (not biases) filled anew by the initializer that was asked for. Throws UserError where that gives numbers
/// that are not finite.
void initialize(nn::Model& model, const init::Init& init, std::uint64_t seed);

}  // namespace gradus::cli
