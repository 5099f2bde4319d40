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
  Graph (*run)(const Graph&);
};

constexpr GraphPass graph_passes[] = {{"fold_constants", fold_constants},
                                      {"simplify", simplify},
                                      {"merge_duplicates", merge_duplicates},
                                      {"drop_unused", drop_unused}};

/// The parameters named by the caller, and every input that some graph gives a next value.
std::vector<std::string> parameters_of(std::vector<Graph>& graphs, const std::vector<std::string>& more) {
  std::set<std::string> names(more.begin(), more.end());
  for (Graph& graph : graphs) {
    for (const Output& output : graph.outputs()) {
      const Value input = graph.find_input(output.name);
      if (input && input.type() == graph.node(output.id).type) names.insert(output.name);
    }
  }
  return {names.begin(), names.end()};
}

/// Straight code has no bf16.
bool may_straighten(const CompileOptions& options) { return options.own_order && options.products != DType::bf16; }

/// Stores parameters as the products read them, in all graphs alike; a second copy where both ways are wanted and
/// writing it is less work.
Layouts lay_out(std::vector<Graph>& graphs, const std::vector<std::string>& parameters, const CompileOptions& options) {
  for (Graph& graph : graphs) graph = optimize(graph, options);
  // Straight code reads small matrices either way.
  if (may_straighten(options) && std::all_of(graphs.begin(), graphs.end(), runs_straight)) return {};
  const Layouts layouts = choose_layouts(graphs, parameters);
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

Graph optimize(const Graph& graph, const CompileOptions& options) {
  constexpr int most_rounds = 4;
  Graph now = graph;
  for (int round = 0; round < most_rounds; ++round) {
    bool any = false;
    for (const GraphPass& pass : graph_passes) {
      const std::string before = print(now);
      now = pass.run(now);
      if (options.verify) verify(now);
      const std::string after = print(now);
      any = any || after != before;
      if (options.dump) options.dump(pass.name, after, after != before);
    }
    if (!any) break;
  }
  return now;
}

Plan compile(const Graph& given, const CompileOptions& options) {
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
  if (std::optional<Plan> straight = may_straighten(options) ? straighten(graph) : std::nullopt) {
    plan = after("straighten", std::move(*straight));
  } else {
    plan = after("cut_regions", cut_regions(graph, options.own_order));
    plan = after("fuse", fuse(plan, graph));
  }
  plan = after("assign_memory", assign_memory(plan, graph));
  if (options.verify) verify(plan);
  return after("lower", lower(plan));
}

CompiledTogether compile_together(std::vector<Graph> graphs, const std::vector<std::string>& parameters,
                                  const CompileOptions& options) {
  CompiledTogether out;
  out.parameters = parameters_of(graphs, parameters);
  out.layouts = lay_out(graphs, out.parameters, options);
  for (const Graph& graph : graphs) out.plans.push_back(compile(graph, options));
  out.graphs = std::move(graphs);
  return out;
}

}  // namespace gradus
