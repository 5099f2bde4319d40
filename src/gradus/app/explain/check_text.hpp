// Gradient checks and epsilon tables as text and picture.
#pragma once

#include <string>

#include "gradus/core/grad/check.hpp"

namespace gradus::explain {

/// One line a tensor: how many were checked, the worst place with both numbers, absolute and relative error, the
/// verdict.
std::string check_text(const GradientCheck& check);

/// The table "error against epsilon", the best epsilon of each formula marked with *.
std::string sweep_text(const EpsilonSweep& sweep);

/// The same as a picture: both errors over epsilon, logarithmic, the best ones circled.
std::string sweep_svg(const EpsilonSweep& sweep);

}  // namespace gradus::explain
