#include "gradus/engine/compile/pipeline.hpp"

#include "gradus/core/graph/print.hpp"
#include "gradus/core/graph/verify.hpp"
#include "gradus/engine/compile/assign_memory.hpp"
#include "gradus/engine/compile/cut_regions.hpp"
#include "gradus/engine/compile/fuse.hpp"
#include "gradus/engine/compile/lower.hpp"
#include "gradus/engine/compile/passes.hpp"
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
  const Graph graph = optimize(given, options);
  const auto after = [&](const char* name, Plan plan) {
    if (options.dump) options.dump(name, print(plan), true);
    return plan;
  };
  Plan plan = after("cut_regions", cut_regions(graph));
  plan = after("fuse", fuse(plan, graph));
  plan = after("assign_memory", assign_memory(plan, graph));
  if (options.verify) verify(plan);
  return after("lower", lower(plan));
}

}  // namespace gradus
