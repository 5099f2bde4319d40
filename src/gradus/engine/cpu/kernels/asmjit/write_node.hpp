// Nodes of a graph as straight code on small tensors.
#pragma once

#include <span>

#include "gradus/core/graph/graph.hpp"
#include "gradus/engine/cpu/kernels/asmjit/lanes.hpp"

namespace gradus::jit {

/// Whether there is code for the node: by op, dtypes and shapes. Leaves: inputs f32, u8 and one f64; constants of equal
/// elements.
bool writes(const Graph& graph, const Node& node);

/// The node's value. REQUIRES writes(graph, node), and that it is no input.
Lanes write_node(Code& code, const Node& node, std::span<const Lanes> inputs);

}  // namespace gradus::jit
