// How a pass makes a new graph from an old one.
#pragma once

#include <functional>

#include "gradus/core/graph/walk.hpp"

namespace gradus {

/// Copies `from` node by node. `replace(out, node, inputs)` sees each node with its inputs already in `out`, and
/// returns the Value that stands for it there, or an empty Value to have it copied. Labels, outputs and next
/// values are kept.
Graph rewrite(const Graph& from, const std::function<Value(Graph&, const Node&, const Values&)>& replace);

}  // namespace gradus
