// The text form of a graph: one line a node, then its outputs. parse() (core/ops/parse.hpp) reads it back.
//   %0 = input {name="x", type=f32[64,784]} : f32[64,784] @ "x"
//   %2 = matmul %0 %1 : f32[64,10]
//   output %2 "y"
#pragma once

#include <string>

#include "gradus/core/graph/graph.hpp"

namespace gradus {

std::string print(const Graph& graph);
std::string print(const Node& node, int id);
/// {axis=1, keep=0}; numbers with as many digits as reading them back needs.
std::string print(const Attrs& attrs);
/// The shortest text that reads back as the same double; "inf", "-inf", "nan".
std::string print_number(double value);

}  // namespace gradus
