// The words of net descriptions.
#pragma once

#include <string_view>

#include "gradus/learn/kinds/recipe.hpp"
#include "gradus/learn/nn/layer.hpp"

namespace gradus::nn {

namespace net_words {
inline constexpr std::string_view as = "as";
inline constexpr std::string_view name_rule = "a letter, then letters, digits or _, and no word of net descriptions";
inline constexpr int deepest = 16;  // nets inside nets
}  // namespace net_words

/// More than 100,000, each repetition counted.
bool has_too_many_layers(const Layer& net);

/// The layers that come with gradus, then `own`. Throws UserError(Fault::usage) for two of one name.
kinds::KindList kinds_with(LayerKinds own);

/// Whether `word` has a meaning in a text of these kinds.
bool is_word(std::string_view word, const kinds::KindList& list);
/// A letter, then letters, digits or _.
bool is_name(std::string_view word);

}  // namespace gradus::nn
