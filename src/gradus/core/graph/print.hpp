// The text form of a graph: the slots of its state, one line a node, then next values and outputs. parse()
// (core/ops/parse.hpp) reads it back. An input whose name no slot has is of role input.
//   slot "w" parameter f32[784,10]
//   slot "m" moment f32[784,10] of "w"
//   %0 = input {name="x", type=f32[64,784]} : f32[64,784] @ "x"
//   %1 = input {name="w", type=f32[784,10]} : f32[784,10] @ "w"
//   %2 = matmul %0 %1 : f32[64,10]
//   next "w" %7
//   output %2 "y"
#pragma once

#include <string>

#include "gradus/core/graph/graph.hpp"

namespace gradus {

std::string print(const Graph& graph);
/// The line of one node.
std::string print(const Graph& graph, int id);
std::string print(Value value);
/// {axis=1, keep=0}; numbers with as many digits as reading them back needs.
std::string print(const Attrs& attrs);
/// The shortest text that reads back as the same double; "inf", "-inf", "nan".
std::string print_number(double value);

}  // namespace gradus
