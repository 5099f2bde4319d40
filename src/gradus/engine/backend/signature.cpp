#include "gradus/engine/backend/signature.hpp"

#include <set>

#include "gradus/core/base/checked_cast.hpp"

namespace gradus {
namespace {

[[noreturn]] void refuse(const char* place, const char* found, const char* expected, const char* remedy) {
  throw UserError(Fault::usage, Report{place, found, expected, remedy});
}

void check(const std::vector<Graph>& graphs) {
  if (graphs.empty()) refuse("graphs to compile", "none", "at least one", "the graph of a step");
  for (const Graph& graph : graphs) {
    if (graph.slot_table() != graphs[0].slot_table()) {
      refuse("graphs to compile", "slots of their own", "slots that they share",
             "Graph(slots) with one SlotTable for all of them");
    }
    if (graph.outputs().empty() && graph.nexts().empty()) {
      refuse("graph", "no outputs", "at least one, or next values of state", "name results with Graph::output()");
    }
  }
}

}  // namespace

int Signature::Of::result(std::string_view name) const {
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (results[i].name == name) return checked_cast<int>(i);
  }
  return -1;
}

Signature signature_of(const std::vector<Graph>& graphs) {
  check(graphs);
  Signature out{.table = graphs[0].slot_table(), .graphs = {}, .state = {}, .shared = {}};
  std::set<SlotId> differ;
  for (const Graph& graph : graphs) {
    Signature::Of& of = out.graphs.emplace_back();
    for (const Node& node : graph.nodes()) {
      const SlotId slot = slot_of(node);
      if (!slot) continue;
      of.slots.emplace(slot, node.type);
      const bool input = graph.slots()[slot].role == Role::input;
      const Type& first = (input ? out.shared : out.state).emplace(slot, node.type).first->second;
      if (input && !(first == node.type)) differ.insert(slot);
    }
    for (const Output& output : graph.outputs()) of.results.push_back({output.name, graph.node(output.id).type});
    of.updates = !graph.nexts().empty();
  }
  for (const SlotId slot : differ) out.shared.erase(slot);
  return out;
}

}  // namespace gradus
