#include <algorithm>
#include <unordered_map>

#include "gradus/engine/compile/passes.hpp"

namespace gradus {
namespace {

bool swaps(const Node& node) { return node.op->traits.commutative && node.inputs.size() == 2; }

std::size_t hash_of(const Node& node) {
  std::size_t hash = mixed_hash(std::hash<const Op*>{}(node.op), hash_of(node.attrs));
  if (swaps(node)) {
    const auto [low, high] = std::minmax(node.inputs[0], node.inputs[1]);
    return mixed_hash(mixed_hash(hash, static_cast<std::size_t>(low)), static_cast<std::size_t>(high));
  }
  for (int id : node.inputs) hash = mixed_hash(hash, static_cast<std::size_t>(id));
  return hash;
}

bool same(const Node& a, const Node& b) {
  if (a.op != b.op || !(a.type == b.type)) return false;
  const bool swapped = swaps(a) && a.inputs[0] == b.inputs[1] && a.inputs[1] == b.inputs[0];
  return (swapped || a.inputs == b.inputs) && a.attrs == b.attrs;
}

/// The first node of each kind. Entries of nodes that have changed or gone since are passed by.
struct Firsts {
  GraphEdit& graph;
  int list;
  std::unordered_multimap<std::size_t, int> by_hash = {};

  /// The node that stands for `node`, or nothing when that is itself from now on.
  Value merged(Value node) {
    if (&node.op() == &input_op) return {};
    const std::size_t hash = hash_of(node.node());
    const auto [begin, end] = by_hash.equal_range(hash);
    auto free = end;
    bool known = false;
    for (auto entry = begin; entry != end; ++entry) {
      const int other = entry->second;
      known = known || other == node.id;
      if (!graph.has(other)) free = entry;
      if (!graph.has(other) || other == node.id || !same(graph.node(other), node.node())) continue;
      const bool comes_first = graph.before(other, node.id);
      const int earlier = comes_first ? other : node.id, later = comes_first ? node.id : other;
      // Either may stand where the earlier stood: the one whose readers need not be told.
      if (graph.reads(later) > graph.reads(earlier)) graph.take_place(later, earlier);
      if (graph.before(other, node.id)) return graph.value(other);
      graph.touch(list, other);
    }
    if (known) return {};
    if (free != end) free->second = node.id;
    else by_hash.emplace(hash, node.id);
    return {};
  }
};

}  // namespace

EditPass merging(GraphEdit& graph) {
  Firsts firsts{graph, graph.new_list()};
  return [firsts]() mutable {
    return firsts.graph.visit(firsts.list, [&firsts](Value node) { return firsts.merged(node); });
  };
}

EditPass dropping(GraphEdit& graph) {
  return [&graph] { return graph.drop_unread(); };
}

}  // namespace gradus
