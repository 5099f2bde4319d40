#include "gradus/engine/cpu/compile/pipeline.hpp"

#include <algorithm>
#include <set>

#include "gradus/core/graph/print.hpp"
#include "gradus/engine/backend/signature.hpp"
#include "gradus/engine/compile/optimize.hpp"
#include "gradus/engine/compile/passes.hpp"
#include "gradus/engine/cpu/compile/assign_memory.hpp"
#include "gradus/engine/cpu/compile/choose_layouts.hpp"
#include "gradus/engine/cpu/compile/cut_regions.hpp"
#include "gradus/engine/cpu/compile/fuse.hpp"
#include "gradus/engine/cpu/compile/lower.hpp"
#include "gradus/engine/cpu/compile/straighten.hpp"
#include "gradus/engine/cpu/compile/sum_images_first.hpp"
#include "gradus/engine/cpu/compile/take_factors_out.hpp"
#include "gradus/engine/cpu/plan/verify_plan.hpp"

namespace gradus {
namespace {

OptimizeOptions of_graphs(const CompileOptions& options) { return {options.verify, options.dump}; }

/// Straight code has no bf16.
bool may_straighten(const CompileOptions& options) { return options.own_order && options.products != DType::bf16; }

/// Stores state as the products read it, in all graphs alike; a second copy where both ways are wanted and writing it
/// is less work.
Layouts lay_out(std::vector<Graph>& graphs, const CompileOptions& options) {
  for (Graph& graph : graphs) graph = optimize(std::move(graph), of_graphs(options));
  // Straight code reads small matrices either way.
  if (may_straighten(options) && std::all_of(graphs.begin(), graphs.end(), runs_straight)) return {};
  Layouts layouts = choose_layouts(graphs);
  if (layouts.transposed.empty()) return layouts;
  const auto stored = stored_slots(graphs[0].slots(), layouts);
  std::set<SlotId> copied;
  for (Graph& graph : graphs) {
    graph = optimize(store_transposed(graph, layouts, stored), of_graphs(options));
    copied.merge(worth_a_copy(graph, layouts));
  }
  add_copies(*stored, layouts, copied);
  for (Graph& graph : graphs) graph = keep_transposed(graph, layouts.copies);
  return layouts;
}

/// A graph without factors in such sums stays as sum_images_first() makes it.
Graph sum_images(const Graph& graph, const CompileOptions& options) {
  Graph taken = take_factors_out(graph);
  if (taken.size() == graph.size()) return sum_images_first(graph);
  return optimize(sum_images_first(optimize(std::move(taken), of_graphs(options))), of_graphs(options));
}

Plan compile_with(const Graph& given, const CompileOptions& options, KernelCache& cache) {
  if (given.outputs().empty() && given.nexts().empty()) {
    throw UserError(Fault::usage, Report{"graph", "no outputs", "at least one, or next values of state",
                                         "name results with Graph::output()"});
  }
  const bool lowers = options.products == DType::bf16;
  Graph graph = optimize(lowers ? lower_products(optimize(given, of_graphs(options))) : given, of_graphs(options));
  const auto after = [&](const char* name, Plan plan) {
    if (options.dump) options.dump(name, print(plan), true);
    return plan;
  };
  Plan plan;
  if (std::optional<Plan> straight = may_straighten(options) ? straighten(graph, cache) : std::nullopt) {
    plan = after("straighten", std::move(*straight));
  } else {
    graph = sum_images(graph, options);
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
  static_cast<void>(signature_of(graphs));  // checks them
  CompiledTogether out;
  out.layouts = lay_out(graphs, options);
  KernelCache cache;
  for (const Graph& graph : graphs) out.plans.push_back(compile_with(graph, options, cache));
  out.graphs = std::move(graphs);
  return out;
}

}  // namespace gradus
