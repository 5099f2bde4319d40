#include "gradus/core/ops/layout.hpp"
#include "gradus/engine/compile/known_ops.hpp"
#include "gradus/engine/compile/passes.hpp"
#include "gradus/engine/compile/rewrite.hpp"

namespace gradus {

Graph keep_transposed(const Graph& graph, const std::map<SlotId, SlotId>& copies) {
  Graph out = rewrite(graph, [&](Graph& g, const Node& node, const Values& inputs) -> Value {
    if (!is_matrix_transpose(node)) return {};
    const auto copy = copies.find(slot_of(inputs[0]));
    return copy == copies.end() ? Value{} : g.state(copy->second);
  });
  for (const auto& [slot, copy] : copies) {
    if (const Value next = out.find_next(slot)) out.next(out.state(copy), transpose(next));
  }
  return out;
}

}  // namespace gradus
