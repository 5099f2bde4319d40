// Formulas as people write them, as graphs. The grammar is in docs/reference/formulas.md.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gradus/core/graph/graph.hpp"
#include "gradus/core/ops/interpret.hpp"

namespace gradus::explain {

/// A name and its numbers, f64: a scalar [] or a matrix [rows, columns].
struct Variable {
  std::string name;
  Tensor value;
};

/// "x=4, W=[1 2; 3 4], r=1/3": names and values, separated by commas. Values are formulas without names.
/// Throws UserError that points at what does not parse, or names a variable given twice.
std::vector<Variable> parse_variables(std::string_view text, std::string_view name = "--at");

/// A formula built as a graph in f64: variables are inputs, named statements are labels, the value of the last
/// statement is the output. Node ids, not Values, since a graph that moves takes its Values along.
struct Formula {
  std::string text;
  Graph graph;
  int output = -1;
  std::vector<Variable> variables;  // those that the formula uses, in the order of its inputs
  std::vector<int> inputs;          // their nodes

  std::vector<Binding> bindings();
};

/// Throws UserError with a caret for text that does not parse, unknown names and functions (with the nearest),
/// variables without a value, shapes that do not fit, brackets nested more than 100 deep; and for a variable that is
/// not used.
Formula parse_formula(std::string_view text, std::span<const Variable> variables, std::string_view name = "formula");

}  // namespace gradus::explain
