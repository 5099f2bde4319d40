// What products of bf16 matrices change in a gradient.
#pragma once

#include <cstdint>
#include <span>

#include "gradus/engine/runtime/engine.hpp"
#include "gradus/learn/data/dataset.hpp"
#include "gradus/learn/nn/loss.hpp"
#include "gradus/learn/nn/model.hpp"

namespace gradus {

/// ||g - g32|| / ||g32||, Euclidean over all parameters: g is the gradient as training computes it on these rows with
/// model.products, g32 with products in f32. 0 where both are zero.
double gradient_error(Engine& engine, const nn::Model& model, const loss::Loss& loss, const data::Dataset& dataset,
                      std::span<const std::int64_t> rows, std::uint64_t seed);

}  // namespace gradus
