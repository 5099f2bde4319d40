#include "gradus/engine/compile/pipeline.hpp"

#include <algorithm>
#include <set>

#include "gradus/core/graph/print.hpp"
#include "gradus/core/graph/verify.hpp"
#include "gradus/engine/compile/assign_memory.hpp"
#include "gradus/engine/compile/choose_layouts.hpp"
#include "gradus/engine/compile/cut_regions.hpp"
#include "gradus/engine/compile/fuse.hpp"
#include "gradus/engine/compile/lower.hpp"
#include "gradus/engine/compile/passes.hpp"
#include "gradus/engine/compile/straighten.hpp"
#include "gradus/engine/plan/verify_plan.hpp"

namespace gradus {
namespace {

struct GraphPass {
  const char* name;
  EditPass (*on)(GraphEdit&);
};

constexpr GraphPass graph_passes[] = {
    {"fold_constants", folding}, {"simplify", simplifying}, {"merge_duplicates", merging}, {"drop_unused", dropping}};

Graph once(const Graph& graph, EditPass (*on)(GraphEdit&)) {
  GraphEdit edit(graph);
  on(edit)();
  return edit.take();
}

/// Straight code has no bf16.
bool may_straighten(const CompileOptions& options) { return options.own_order && options.products != DType::bf16; }

/// Stores state as the products read it, in all graphs alike; a second copy where both ways are wanted and writing it
/// is less work.
Layouts lay_out(std::vector<Graph>& graphs, const CompileOptions& options) {
  for (Graph& graph : graphs) graph = optimize(std::move(graph), options);
  // Straight code reads small matrices either way.
  if (may_straighten(options) && std::all_of(graphs.begin(), graphs.end(), runs_straight)) return {};
  Layouts layouts = choose_layouts(graphs);
  if (layouts.transposed.empty()) return layouts;
  const auto stored = stored_slots(graphs[0].slots(), layouts);
  std::set<SlotId> copied;
  for (Graph& graph : graphs) {
    graph = optimize(store_transposed(graph, layouts, stored), options);
    copied.merge(worth_a_copy(graph, layouts));
  }
  add_copies(*stored, layouts, copied);
  for (Graph& graph : graphs) graph = keep_transposed(graph, layouts.copies);
  return layouts;
}

void check_together(const std::vector<Graph>& graphs) {
  const auto refuse = [](const char* found, const char* expected, const char* remedy) {
    throw UserError(Fault::usage, Report{"graphs to compile", found, expected, remedy});
  };
  if (graphs.empty()) refuse("none", "at least one", "the graph of a step");
  for (const Graph& graph : graphs) {
    if (graph.slot_table() == graphs[0].slot_table()) continue;
    refuse("slots of their own", "slots that they share", "Graph(slots) with one SlotTable for all of them");
  }
}

}  // namespace

Graph optimize(Graph graph, const CompileOptions& options) {
  GraphEdit edit(std::move(graph));
  std::vector<EditPass> passes;
  for (const GraphPass& pass : graph_passes) passes.push_back(pass.on(edit));
  for (bool any = true; any;) {
    any = false;
    for (std::size_t i = 0; i < passes.size(); ++i) {
      const int changes = passes[i]();
      any = any || changes > 0;
      if (options.dump) options.dump(graph_passes[i].name, print(edit.result()), changes > 0);
    }
  }
  Graph out = edit.take();
  if (options.verify) verify(out);  // every change was checked when it was made
  return out;
}

Graph fold_constants(const Graph& graph) { return once(graph, folding); }
Graph simplify(const Graph& graph) { return once(graph, simplifying); }
Graph merge_duplicates(const Graph& graph) { return once(graph, merging); }
Graph drop_unused(const Graph& graph) { return once(graph, dropping); }

namespace {

Plan compile_with(const Graph& given, const CompileOptions& options, KernelCache& cache) {
  if (given.outputs().empty() && given.nexts().empty()) {
    throw UserError(Fault::usage, Report{"graph", "no outputs", "at least one, or next values of state",
                                         "name results with Graph::output()"});
  }
  const bool lowers = options.products == DType::bf16;
  const Graph graph = optimize(lowers ? lower_products(optimize(given, options)) : given, options);
  const auto after = [&](const char* name, Plan plan) {
    if (options.dump) options.dump(name, print(plan), true);
    return plan;
  };
  Plan plan;
  if (std::optional<Plan> straight = may_straighten(options) ? straighten(graph, cache) : std::nullopt) {
    plan = after("straighten", std::move(*straight));
  } else {
    plan = after("cut_regions", cut_regions(graph, options.own_order));
    plan = after("fuse", fuse(std::move(plan), graph));
  }
  plan = after("assign_memory", assign_memory(std::move(plan), graph));
  if (options.verify) verify(plan);
  return after("lower", lower(std::move(plan), cache));
}

}  // namespace

Plan compile(const Graph& graph, const CompileOptions& options) {
  KernelCache cache;
  return compile_with(graph, options, cache);
}

CompiledTogether compile_together(std::vector<Graph> graphs, const CompileOptions& options) {
  check_together(graphs);
  CompiledTogether out;
  out.layouts = lay_out(graphs, options);
  KernelCache cache;
  for (const Graph& graph : graphs) out.plans.push_back(compile_with(graph, options, cache));
  out.graphs = std::move(graphs);
  return out;
}

}  // namespace gradus
