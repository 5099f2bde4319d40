#include "gradus/engine/compile/pipeline.hpp"

#include <algorithm>
#include <set>

#include "gradus/core/graph/print.hpp"
#include "gradus/core/graph/verify.hpp"
#include "gradus/core/ops/layout.hpp"
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

/// The parameters named by the caller, and every input that some graph gives a next value.
std::vector<std::string> parameters_of(const std::vector<Graph>& graphs, const std::vector<std::string>& more) {
  std::set<std::string> names(more.begin(), more.end());
  for (const Graph& graph : graphs) {
    for (const Output& output : graph.outputs()) {
      const int input = graph.input_id(output.name);
      if (input >= 0 && graph.node(input).type == graph.node(output.id).type) names.insert(output.name);
    }
  }
  return {names.begin(), names.end()};
}

/// Straight code has no bf16.
bool may_straighten(const CompileOptions& options) { return options.own_order && options.products != DType::bf16; }

/// Stores parameters as the products read them, in all graphs alike; a second copy where both ways are wanted and
/// writing it is less work.
Layouts lay_out(std::vector<Graph>& graphs, const std::vector<std::string>& parameters, const CompileOptions& options) {
  for (Graph& graph : graphs) graph = optimize(std::move(graph), options);
  // Straight code reads small matrices either way.
  if (may_straighten(options) && std::all_of(graphs.begin(), graphs.end(), runs_straight)) return {};
  const Layouts layouts = choose_layouts(graphs, parameters);
  if (layouts.transposed.empty()) return layouts;
  std::set<std::string> names;
  for (Graph& graph : graphs) {
    graph = optimize(store_transposed(graph, layouts), options);
    const auto found = worth_a_copy(graph, layouts);
    names.insert(found.begin(), found.end());
  }
  const std::vector<std::string> copies(names.begin(), names.end());
  for (Graph& graph : graphs) graph = keep_transposed(graph, copies);
  // A graph that updates a parameter without reading it transposed must keep the copy true all the same.
  for (Graph& graph : graphs) {
    for (const std::string& name : copies) {
      const Value next = graph.find_output(name);
      if (!next || graph.find_input(transposed_name(name))) continue;
      graph.input(transposed_name(name), Type{next.dtype(), {next.shape()[1], next.shape()[0]}});
      graph.output(transposed_name(name), transpose(graph.find_output(name)));
    }
  }
  return layouts;
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
  if (given.outputs().empty()) {
    throw UserError(Fault::usage, Report{"graph", "no outputs", "at least one", "name results with Graph::output()"});
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

CompiledTogether compile_together(std::vector<Graph> graphs, const std::vector<std::string>& parameters,
                                  const CompileOptions& options) {
  CompiledTogether out;
  out.parameters = parameters_of(graphs, parameters);
  out.layouts = lay_out(graphs, out.parameters, options);
  KernelCache cache;
  for (const Graph& graph : graphs) out.plans.push_back(compile_with(graph, options, cache));
  out.graphs = std::move(graphs);
  return out;
}

}  // namespace gradus
