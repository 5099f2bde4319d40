// From a graph to a plan: the list of passes, run, named, verified, dumped.
#pragma once

#include <functional>
#include <string>

#include "gradus/core/graph/graph.hpp"
#include "gradus/engine/cpu/compile/choose_layouts.hpp"
#include "gradus/engine/cpu/plan/plan.hpp"

namespace gradus {

struct CompileOptions {
  bool verify = true;     // the graph and the plan that come out
  bool own_order = true;  // whether a graph may add in an order that follows from its own sizes: as straight code where
                          // it is tiny, and in products cut along the sum
  /// Called after every pass with its name, the text of what it made, and whether that differs from what it was given.
  std::function<void(const std::string& pass, const std::string& text, bool changed)> dump = nullptr;
  DType products = DType::f32;  // bf16: as lower_products() says
};

/// Everything, with lower_products() where asked for. Throws UserError when the graph has neither outputs nor next
/// values.
Plan compile(const Graph& graph, const CompileOptions& options = {});

struct CompiledTogether {
  std::vector<Graph> graphs;  // as compiled: on slots as they are stored, of the same numbers
  std::vector<Plan> plans;
  Layouts layouts;
  const SlotTable& slots() const { return graphs.at(0).slots(); }
};

/// Graphs that run on one memory, whose slots they share: state that products read transposed is stored transposed in
/// all. Throws UserError for graphs that do not share their slots, and for none.
CompiledTogether compile_together(std::vector<Graph> graphs, const CompileOptions& options = {});

}  // namespace gradus
