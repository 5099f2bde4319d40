// How parameters lie in memory. Outside they are row-major; inside, a matrix that products read transposed (the weights
// [out, in] of a linear layer) is stored transposed, with the state of the optimizer that is updated beside it.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <vector>

#include "gradus/core/graph/graph.hpp"

namespace gradus {

struct Layouts {
  std::set<SlotId> transposed = {};      // slots that are stored [columns, rows]
  std::map<SlotId, SlotId> copies = {};  // and those that are stored both ways: the slot of the other one
};

/// Looks at all graphs of a program, which share their slots. What is state may be laid out: a matrix is stored
/// transposed when products read it so at least as often as they read it plain; what meets it element by element
/// (its gradient, its moments) follows.
Layouts choose_layouts(const std::vector<Graph>& graphs);

/// The slots as they are stored, of the same numbers and names.
std::shared_ptr<SlotTable> stored_slots(const SlotTable& slots, const Layouts& layouts);

/// Declares a slot for a second copy of each of `copied`, stored the other way, and adds it to the layouts.
void add_copies(SlotTable& stored, Layouts& layouts, const std::set<SlotId>& copied);

/// The graph on slots that are stored so. Exact, but for sums over all elements of a matrix, whose order changes.
Graph store_transposed(const Graph& graph, const Layouts& layouts, const std::shared_ptr<SlotTable>& stored);

/// Of the state that `graph` (as store_transposed() made it) still reads the other way round in products: the slots
/// where writing a second copy at every update costs less than turning the other matrices in every product,
/// 4 K N against rows (K + N).
std::set<SlotId> worth_a_copy(const Graph& graph, const Layouts& layouts);

}  // namespace gradus
