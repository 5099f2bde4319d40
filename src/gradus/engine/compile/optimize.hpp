// The graph passes, in turns until nothing changes: what every backend may be given.
#pragma once

#include <functional>
#include <string>

#include "gradus/core/graph/graph.hpp"

namespace gradus {

struct OptimizeOptions {
  bool verify = true;  // the graph that comes out
  /// Called after every pass with its name, the text of what it made, and whether that differs from what it was given.
  std::function<void(const std::string& pass, const std::string& text, bool changed)> dump = nullptr;
};

/// fold_constants, simplify, merge_duplicates, drop_unused, in turns until nothing changes.
Graph optimize(Graph graph, const OptimizeOptions& options = {});

}  // namespace gradus
