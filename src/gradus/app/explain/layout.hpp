// Where nodes stand in a picture: layers from left to right, few crossings (Sugiyama, Tagawa, Toda 1981).
#pragma once

#include <vector>

#include "gradus/app/explain/explanation.hpp"

namespace gradus::explain {

struct Point {
  double x = 0, y = 0;
};

/// In units of one column and one row, from 0.
struct Layout {
  std::vector<Point> nodes;               // the middle of each node
  std::vector<std::vector<Point>> edges;  // each edge's points from its argument to its node, one a column
  double columns = 0, rows = 0;
};

/// Inputs stand left of all that uses them, constants right before their first use, arguments from top to bottom where
/// that costs no crossing. The same explanation always gives the same layout.
Layout lay_out(const Explanation& explanation);

}  // namespace gradus::explain
