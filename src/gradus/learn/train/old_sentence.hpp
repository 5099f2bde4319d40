// How model files of gradus 0.1 name optimizers and schedules: "adam, learning rate 0.001, betas 0.9 0.999, epsilon
// 1e-08".
#pragma once

#include <string>
#include <string_view>

namespace gradus {

/// The recipe's text for such a sentence: "adam rate 0.001 beta1 0.9 beta2 0.999 epsilon 1e-08 weight_decay 0". Any
/// other text as it is.
std::string recipe_of_sentence(std::string_view sentence);

}  // namespace gradus
