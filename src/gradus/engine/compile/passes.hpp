// The passes from graph to graph. Each keeps what the graph computes: bit for bit where it says so, NaN and Inf always;
// but for lower_products, which rounds.
#pragma once

#include <functional>
#include <map>

#include "gradus/core/graph/edit.hpp"

namespace gradus {

/// A pass at work on a graph: looks at the nodes that wait for it, and returns how many it changed. What others change
/// waits for it again.
using EditPass = std::function<int()>;
EditPass folding(GraphEdit& graph);
EditPass simplifying(GraphEdit& graph);
EditPass merging(GraphEdit& graph);
EditPass dropping(GraphEdit& graph);

// What each does, once over a whole graph:

/// Evaluates nodes all of whose inputs are constants, up to 4096 elements each. Exact.
Graph fold_constants(const Graph& graph);

/// Rewrites that need no knowledge of values: x * 1, x / 1, x - 0, x ^ 2, -(-x), a + (-b), a double transpose or
/// reshape, a broadcast that its reader would do itself, a sum over axes of size 1, (A B)' = B' A'. Never x * 0 -> 0,
/// never another order of sums.
Graph simplify(const Graph& graph);

/// One node where several have the same op, inputs (in any order when commutative), attributes and type. Exact.
Graph merge_duplicates(const Graph& graph);

/// Drops nodes that no output needs. Inputs stay. Exact.
Graph drop_unused(const Graph& graph);

/// Products of two f32 matrices become products of the same matrices rounded to bf16, summed in f32 as before: one cast
/// a matrix, below transposes. All else stays f32: batches of matrices, convolutions, and whatever reads the result.
Graph lower_products(const Graph& graph);

/// Reads the state of `copies` transposed through the slot of its copy, and gives that a next value wherever the graph
/// gives it one. Exact.
Graph keep_transposed(const Graph& graph, const std::map<SlotId, SlotId>& copies);

}  // namespace gradus
