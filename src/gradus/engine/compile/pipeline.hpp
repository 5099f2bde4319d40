// From a graph to a plan: the list of passes, run, named, verified, dumped.
#pragma once

#include <functional>
#include <string>

#include "gradus/core/graph/graph.hpp"
#include "gradus/engine/compile/choose_layouts.hpp"
#include "gradus/engine/plan/plan.hpp"

namespace gradus {

struct CompileOptions {
  bool verify = true;     // the graph and the plan that come out
  bool own_order = true;  // whether a graph may add in an order that follows from its own sizes: as straight code where
                          // it is tiny, and in products cut along the sum
  /// Called after every pass with its name, the text of what it made, and whether that differs from what it was given.
  std::function<void(const std::string& pass, const std::string& text, bool changed)> dump = nullptr;
  DType products = DType::f32;  // bf16: as lower_products() says
};

/// The graph passes: fold_constants, simplify, merge_duplicates, drop_unused, in turns until nothing changes.
Graph optimize(Graph graph, const CompileOptions& options = {});

/// Everything, with lower_products() where asked for. Throws UserError when the graph has no outputs.
Plan compile(const Graph& graph, const CompileOptions& options = {});

struct CompiledTogether {
  std::vector<Graph> graphs;  // as compiled: on parameters as they are stored
  std::vector<Plan> plans;
  Layouts layouts;
  std::vector<std::string> parameters;  // inputs whose layout is the plans' affair: `parameters`, and all state
};

/// Graphs that run on one memory, where inputs of one name and type are shared: a parameter that
/// matmuls read transposed is stored transposed in all. `parameters`: inputs, beside those that a graph updates, that
/// are only set from outside.
CompiledTogether compile_together(std::vector<Graph> graphs, const std::vector<std::string>& parameters,
                                  const CompileOptions& options = {});

}  // namespace gradus
