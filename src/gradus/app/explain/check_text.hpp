// Gradient checks and epsilon tables as text, picture and JSON.
#pragma once

#include <string>

#include "gradus/core/grad/check.hpp"
#include "gradus/learn/json/value.hpp"

namespace gradus::explain {

/// One line a tensor: how many were checked, the worst place (indices from 1) with both numbers, absolute and relative
/// error, the verdict ("?" where it cannot be told). Then why, and what was left out.
std::string check_text(const GradientCheck& check);

/// The table "error against epsilon", the best epsilon of each formula marked with *.
std::string sweep_text(const EpsilonSweep& sweep);

/// The same as a picture: both errors over epsilon, logarithmic, the best ones circled.
std::string sweep_svg(const EpsilonSweep& sweep);

/// The members "passed", "verdict", "sampled" and "parts", or "sweep", added to `head`.
json::Object check_json(json::Object head, const GradientCheck& check);
json::Object sweep_json(json::Object head, const EpsilonSweep& sweep);

}  // namespace gradus::explain
