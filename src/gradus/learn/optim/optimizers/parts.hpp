// What several optimizers have in common: keys and pieces of formulas.
#pragma once

#include "gradus/core/ops/pointwise.hpp"
#include "gradus/learn/optim/optimizer.hpp"

namespace gradus::optim {

using kinds::Key;
using kinds::Keys;
using kinds::KeyType;

constexpr Key rate_key(std::string_view otherwise) {
  return {"rate", KeyType::number, otherwise, "learning rate, before the schedule", kinds::positive};
}
constexpr Key decay_key(std::string_view otherwise = "0") {
  return {"weight_decay", KeyType::number, otherwise, "w times this is added to the gradient", kinds::not_negative};
}
inline constexpr Key decoupled_key{"decoupled", KeyType::truth, "false",
                                   "weight decay as in AdamW: w shrinks by rate times decay, beside the gradient"};
inline constexpr Key beta1_key{"beta1", KeyType::number, "0.9", "share of the mean of gradients that stays",
                               kinds::below_one};
inline constexpr Key beta2_key{"beta2", KeyType::number, "0.999", "share of the mean of squares that stays",
                               kinds::below_one};
constexpr Key epsilon_key(std::string_view otherwise) {
  return {"epsilon", KeyType::number, otherwise, "added to what the step is divided by", kinds::positive};
}

inline bool always(const Keys&) { return true; }

/// g + decay w.
inline Value decayed(Value gradient, Value parameter, double decay) {
  return decay == 0 ? gradient : gradient + decay * parameter;
}

/// w and g after weight decay, in one way or the other.
struct Decayed {
  Value parameter, gradient;
};
Decayed decayed(const UpdateInput& in, double decay, bool decoupled);

/// Moving averages of g, and of g^2.
inline Value mean(Value before, Value g, double beta) { return before + (1 - beta) * (g - before); }
inline Value mean_square(Value before, Value g, double beta) { return beta * before + (1 - beta) * square(g); }

/// 1 - beta^t, f64 []: in f32 few of its digits would be left.
inline Value correction(Value t, double beta) { return 1.0 - pow(constant_like(t, beta), t); }

}  // namespace gradus::optim
