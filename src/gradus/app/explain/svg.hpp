// The graph as a picture: the value above each edge, the gradient that comes back below it in another color.
#pragma once

#include <string>

#include "gradus/app/explain/explanation.hpp"

namespace gradus::explain {

/// A self-contained SVG document, readable on light and dark ground. Throws UserError for more than 400 nodes.
std::string to_svg(const Explanation& explanation);

}  // namespace gradus::explain
