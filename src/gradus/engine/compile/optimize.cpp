#include "gradus/engine/compile/optimize.hpp"

#include "gradus/core/graph/print.hpp"
#include "gradus/core/graph/verify.hpp"
#include "gradus/engine/compile/passes.hpp"

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

}  // namespace

Graph optimize(Graph graph, const OptimizeOptions& options) {
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

}  // namespace gradus
