// What nodes are called, and their expressions.
#pragma once

#include <string>
#include <vector>

#include "gradus/core/graph/graph.hpp"

namespace gradus::explain {

/// A name for each of `ids`, which are in order: labels, the values of constants, else v1, v2, ...; `output` is f
/// unless it has a label or the name is taken.
std::vector<std::string> node_names(const Graph& graph, const std::vector<int>& ids, int output);

/// "g1 + g2", "sigmoid(z)", "sum(x, axes=[0])": a node in the names of its inputs; of a constant its value.
std::string node_expression(const Graph& graph, int id, const std::vector<std::string>& inputs);

/// `digits` significant digits at most: "0.1", "3e-05", "[1 2; 3 4]", "f64[64,784]" for large ones.
std::string short_value(ConstView value, int digits = 12);
std::string short_number(double value, int digits = 12);
/// "(-2)", "3": a number after an operator.
std::string bracketed(const std::string& number);

}  // namespace gradus::explain
