// Learned periodic embeddings of numbers (Gorishniy, Rubachev and Babenko 2022; Holzmueller et al. 2024).
#include <cmath>
#include <numbers>

#include "gradus/core/graph/print.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/operators.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/core/ops/reduce.hpp"
#include "gradus/learn/nn/layers/parts.hpp"

namespace gradus::nn {
namespace {

constexpr kinds::Range few{.low = 1, .high = 1024};

constexpr Key waves_keys[] = {
    {.name = "width",
     .type = KeyType::whole,
     .value = "3",
     .doc = "numbers that each input becomes, beside itself",
     .range = few,
     .bare = true},
    {.name = "count", .type = KeyType::whole, .value = "16", .doc = "of each input", .range = few},
    {.name = "spread",
     .type = KeyType::number,
     .value = "0.1",
     .doc = "deviation of the first frequencies",
     .range = kinds::positive},
};

/// Of each input x the sums W cos(2 pi w x + b) + c, and x: all sums in the order of the inputs, then the inputs.
Value build_waves(const Layer& layer, Scope& scope, Value x) {
  x = flat(x);
  if (x.shape().rank() != 2) refuse(layer, to_string(x.type()), "[rows, inputs]", "give every sample a row");
  const std::int64_t inputs = x.columns(), waves = layer.keys().whole("count"), width = layer.keys().whole("width");
  const double pi = std::numbers::pi, bound = 1 / std::sqrt(static_cast<double>(waves));
  const Value frequency = scope.parameter("frequency", {inputs, waves}, init::normal(layer.keys().number("spread")));
  const Value phase = scope.parameter("phase", {inputs, waves}, init::uniform(pi));
  const Value weight = scope.parameter("weight", {inputs, width, waves}, layer.init.value_or(init::uniform(bound)));
  const Value bias = scope.parameter("bias", {inputs, width}, layer.bias_init.value_or(init::uniform(bound)));
  const Value turned = reshape(x, Integers{x.rows(), inputs, 1}) * frequency * (2 * pi) + phase;
  const Value wave = reshape(cos(turned), Integers{x.rows(), inputs, 1, waves});
  const Value sums = sum(wave * weight, {3}) + bias;
  return concatenate(Values{reshape(sums, Integers{x.rows(), inputs * width}), x}, 1);
}

}  // namespace

extern const LayerKind waves_kind{
    {"waves", "each input beside learned sums of learned waves over it (Holzmueller et al. 2024, PBLD)", waves_keys},
    build_waves,
    {.role = Role::block}};

}  // namespace gradus::nn
