// What several layers have in common.
#pragma once

#include "gradus/learn/nn/layer.hpp"

namespace gradus::nn {

using kinds::Key;
using kinds::Keys;
using kinds::KeyType;
using kinds::Sizes;
using Role = LayerTraits::Role;

inline constexpr kinds::Range width_range{.low = 1, .high = 1099511627776};  // memory is checked when a model is made
inline constexpr kinds::Range size_range{.low = 1, .high = 1'000'000};       // of a kernel, a stride, an axis
inline constexpr std::int64_t most_layers = 100'000;                         // of a net, after repetition

constexpr Key nobias_key{.name = "nobias", .type = KeyType::truth, .value = "false", .doc = "no bias is added"};

/// Of layers that take each element alone.
inline constexpr LayerTraits activation{.role = Role::activation, .any_shape = true};
/// Of those that tend to -alpha far below 0.
inline constexpr Key alpha_keys[] = {{.name = "alpha",
                                      .type = KeyType::number,
                                      .value = "1",
                                      .doc = "what it tends to far below 0 is minus this",
                                      .range = kinds::positive,
                                      .bare = true}};

inline Layer made(const LayerKind& kind, std::initializer_list<kinds::Given> given = {}) {
  return {.recipe = kinds::make(kind, given)};
}

/// [rows, a, b, ...] as [rows, a b ...].
Value flat(Value x);

[[noreturn]] void refuse(const Layer& layer, const std::string& found, const std::string& expected,
                         const std::string& remedy);

}  // namespace gradus::nn
