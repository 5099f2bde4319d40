// The explanation for Graphviz: values in blue, gradients in red.
#pragma once

#include <string>

#include "gradus/app/explain/explanation.hpp"

namespace gradus::explain {

std::string to_dot(const Explanation& explanation);

}  // namespace gradus::explain
