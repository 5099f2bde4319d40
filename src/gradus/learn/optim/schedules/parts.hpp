// What several schedules have in common.
#pragma once

#include "gradus/learn/optim/schedule.hpp"

namespace gradus::optim {

using kinds::Key;
using kinds::Keys;
using kinds::KeyType;

inline constexpr std::string_view units[] = {"epochs", "steps"};
inline constexpr Key unit_key{"unit", KeyType::word, "epochs", "what is counted", {}, units};
inline constexpr Key final_key{"final", KeyType::number, "0", "the factor at the end", kinds::up_to_one};
inline constexpr kinds::Range counts{.low = 1};

/// Whole epochs or steps before this step.
inline std::int64_t time_of(const Keys& of, const Moment& now) {
  return of.word("unit") == units[1] ? now.step : now.step / now.steps_per_epoch;
}
/// The same with parts of epochs.
inline double fine_time_of(const Keys& of, const Moment& now) {
  const auto step = static_cast<double>(now.step);
  return of.word("unit") == units[1] ? step : step / static_cast<double>(now.steps_per_epoch);
}

}  // namespace gradus::optim
