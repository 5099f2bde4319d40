#include "gradus/engine/cpu/compile/choose_layouts.hpp"

#include <algorithm>
#include <deque>
#include <map>

#include "gradus/core/graph/walk.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/matmul.hpp"
#include "gradus/core/ops/reduce.hpp"
#include "gradus/engine/compile/known_ops.hpp"
#include "gradus/engine/compile/passes.hpp"

namespace gradus {
namespace {

bool is_elementwise(const Node& node) { return node.op->traits.pointwise || node.op == &cast_op; }
bool is_total(const Node& node) { return node.op == &sum_op && node.type.shape.count() == 1; }

/// A pointwise op on matrices of its own shape and on single numbers: as true of the transposed matrices.
bool turns(const Graph& graph, const Node& node) {
  if (!is_elementwise(node) || node.type.shape.rank() != 2) return false;
  return std::all_of(node.inputs.begin(), node.inputs.end(), [&](int input) {
    const Shape& shape = graph.node(input).type.shape;
    return shape == node.type.shape || shape.count() == 1;
  });
}

/// How often the products of `graph` read each slot of state as it is, and how often transposed, as second matrix.
struct Reads {
  int plain = 0, transposed = 0;
  std::int64_t rows = 0;  // of the largest product that reads it
  Shape shape;
};

bool is_state(const Graph& graph, SlotId slot) { return slot && graph.slots()[slot].role != Role::input; }

void count_reads(const Graph& graph, std::map<SlotId, Reads>& reads) {
  for (const Node& node : graph.nodes()) {
    if (node.op != &matmul_op) continue;
    const Node& right = graph.node(node.inputs[1]);
    if (right.type.shape.rank() != 2) continue;
    const bool turned = is_matrix_transpose(right);
    const Node& source = turned ? graph.node(right.inputs[0]) : right;
    const SlotId slot = slot_of(source);
    if (!is_state(graph, slot)) continue;
    Reads& of = reads[slot];
    ++(turned ? of.transposed : of.plain);
    of.rows = std::max(of.rows, node.type.shape.count() / std::max<std::int64_t>(node.type.shape.last(), 1));
    of.shape = source.type.shape;
  }
}

/// The nodes to be made transposed: inputs that are stored so, whatever is computed from these element by element, and
/// what that reads. Grows from input to input.
class Turned {
 public:
  explicit Turned(const Graph& graph) : graph_(graph), readers_(find_readers(graph)), turned_(graph) {}

  bool operator[](int id) const { return turned_[id] != 0; }
  /// Turns the slot's value, if there is one, and what follows. State found on the way joins `slots`, and `found` where
  /// it is new there; `slots` alone is turned where there is no `found`.
  void spread_from(SlotId slot, std::set<SlotId>& slots, std::vector<SlotId>* found) {
    std::vector<int> next;
    if (const int id = graph_.input_id(slot); id >= 0 && !turned_[id]) next.push_back(id), turned_[id] = 1;
    const auto join = [&](int id, const Shape& shape) {
      const Node& node = graph_.node(id);
      if (turned_[id] || node.type.shape != shape) return;
      const SlotId of = slot_of(node);
      const bool state = found ? is_state(graph_, of) : slots.contains(of);
      if (!state && !is_matmul(node) && node.op != &outer_sum_op && !turns(graph_, node)) return;
      if (found && state && slots.insert(of).second) found->push_back(of);
      turned_[id] = 1;
      next.push_back(id);
    };
    while (!next.empty()) {
      const int id = next.back();
      next.pop_back();
      const Node& node = graph_.node(id);
      for (int reader : readers_[id]) {
        if (turns(graph_, graph_.node(reader))) join(reader, node.type.shape);
      }
      if (!turns(graph_, node)) continue;
      for (int input : node.inputs) join(input, node.type.shape);
    }
  }

 private:
  const Graph& graph_;
  ById<std::vector<int>> readers_;
  ById<char> turned_;
};

Type turned_type(const Type& type) { return {type.dtype, {type.shape[1], type.shape[0]}}; }

/// The new graph as it grows: every old node as it is, transposed, or both.
struct Turning {
  const Graph& from;
  const Turned& turned;
  Graph out;
  ById<Value> plain = ById<Value>(from), other = plain;

  Value as_is(int id) {
    if (!plain[id]) plain[id] = transpose(other[id]);
    return plain[id];
  }
  Value transposed(int id) {
    if (!other[id]) other[id] = transpose(as_is(id));
    return other[id];
  }
  Value turn(const Node& node) {
    if (node.op == &input_op) return out.state(slot_of(node));
    if (is_matmul(node)) return matmul(transposed(node.inputs[1]), transposed(node.inputs[0]));
    if (node.op == &outer_sum_op) return outer_sum(as_is(node.inputs[1]), as_is(node.inputs[0]));
    Values inputs;
    for (int input : node.inputs) {
      inputs.push_back(from.node(input).type.shape == node.type.shape ? transposed(input) : as_is(input));
    }
    return out.append(*node.op, inputs, node.attrs, node.label);
  }
  Value keep(const Node& node) {
    Values inputs;
    for (int input : node.inputs) {
      const bool total = is_total(node) && turned[input];  // over all elements: in either order
      inputs.push_back(total ? transposed(input) : as_is(input));
    }
    return out.append(*node.op, inputs, node.attrs, node.label);
  }
};

}  // namespace

Layouts choose_layouts(const std::vector<Graph>& graphs) {
  std::map<SlotId, Reads> reads;
  for (const Graph& graph : graphs) count_reads(graph, reads);
  Layouts out;
  for (const auto& [slot, of] : reads) {
    if (of.transposed > 0 && of.transposed >= of.plain) out.transposed.insert(slot);
  }
  std::deque<Turned> turned;
  for (const Graph& graph : graphs) turned.emplace_back(graph);
  std::vector<SlotId> found(out.transposed.begin(), out.transposed.end());
  while (!found.empty()) {
    const SlotId slot = found.back();
    found.pop_back();
    for (Turned& of : turned) of.spread_from(slot, out.transposed, &found);
  }
  return out;
}

std::shared_ptr<SlotTable> stored_slots(const SlotTable& slots, const Layouts& layouts) {
  auto stored = std::make_shared<SlotTable>();
  for (Slot slot : slots) {
    if (layouts.transposed.contains({stored->size()})) slot.type = turned_type(slot.type);
    stored->declare(std::move(slot));
  }
  return stored;
}

void add_copies(SlotTable& stored, Layouts& layouts, const std::set<SlotId>& copied) {
  for (const SlotId slot : copied) {
    Slot copy = stored[slot];
    copy.type = turned_type(copy.type);
    do copy.name += "'";
    while (stored.find(copy.name));
    layouts.copies[slot] = stored.declare(std::move(copy));
  }
}

Graph store_transposed(const Graph& graph, const Layouts& layouts, const std::shared_ptr<SlotTable>& stored) {
  std::set<SlotId> slots = layouts.transposed;
  Turned turned(graph);
  for (const SlotId slot : layouts.transposed) turned.spread_from(slot, slots, nullptr);
  Turning of{graph, turned, Graph(stored)};
  for (int id = 0; id < graph.size(); ++id) {
    const Node& node = graph.node(id);
    (turned[id] ? of.other : of.plain)[id] = turned[id] ? of.turn(node) : of.keep(node);
  }
  for (const Output& output : graph.outputs()) of.out.output(output.name, of.as_is(output.id));
  for (const Next& next : graph.nexts()) {
    of.out.next(of.out.state(next.slot), slots.contains(next.slot) ? of.transposed(next.id) : of.as_is(next.id));
  }
  return std::move(of.out);
}

std::set<SlotId> worth_a_copy(const Graph& graph, const Layouts& layouts) {
  // Than a number of rows that are turned: written by one core, a copy is read by all of them and written again.
  constexpr std::int64_t dearer = 4;
  std::map<SlotId, Reads> reads;
  count_reads(graph, reads);
  std::set<SlotId> out;
  for (const auto& [slot, of] : reads) {
    if (!layouts.transposed.contains(slot)) continue;
    if (of.transposed > 0 && dearer * of.shape.count() <= of.rows * (of.shape[0] + of.shape[1])) out.insert(slot);
  }
  return out;
}

}  // namespace gradus
