// The explanation as text for a terminal or a file: fits 80 columns.
#pragma once

#include <string>
#include <vector>

#include "gradus/app/explain/explanation.hpp"
#include "gradus/app/explain/paths.hpp"

namespace gradus::explain {

struct TextOptions {
  bool color = false;  // values blue, gradients red, as in the pictures
  int width = 80;
};

/// Forward values, the steps of reverse mode with every product and sum, gradients, the Hessian when there is one.
std::string to_text(const Explanation& explanation, const TextOptions& options = {});

/// The part of it on derivatives that are not finite.
std::string troubles_text(const Explanation& explanation, const TextOptions& options = {});

/// The path algorithm for variable `x` (a node) beside reverse mode: every path, the product on its edges, their sum,
/// and how many edges both visited. Throws UserError when the paths are too many.
std::string paths_text(const Explanation& explanation, int x, const TextOptions& options = {});

/// The node called `name`. Throws UserError naming the nearest.
int find_node(const Explanation& explanation, std::string_view name, std::string_view flag);

}  // namespace gradus::explain
