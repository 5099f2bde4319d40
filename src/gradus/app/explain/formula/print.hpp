// A graph as the formula that parse_formula reads.
#pragma once

#include <optional>
#include <string>

#include "gradus/core/graph/graph.hpp"

namespace gradus::explain {

/// Nodes with a label, and long ones that are used more than once, are statements of their own. Nothing when a node has
/// no form in the grammar of formulas, or the text would be longer than `most` characters.
std::optional<std::string> print_formula(const Graph& graph, int output, std::size_t most = 400);

}  // namespace gradus::explain
