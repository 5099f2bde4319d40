// What graphs that share their slots take and give, whoever runs them.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gradus/core/graph/graph.hpp"

namespace gradus {

struct Signature {
  struct Result {
    std::string name;
    Type type;
  };
  struct Of {                      // one graph
    std::map<SlotId, Type> slots;  // that it reads: inputs, and state before the run
    std::vector<Result> results;
    bool updates = false;  // whether it gives state a next value
    /// The number of the result called `name`, or -1.
    int result(std::string_view name) const;
  };
  std::shared_ptr<const SlotTable> table;
  std::vector<Of> graphs;
  std::map<SlotId, Type> state;   // of all graphs
  std::map<SlotId, Type> shared;  // inputs on whose type all graphs that have them agree: one memory for all

  bool is_state(SlotId slot) const { return state.contains(slot); }
};

/// Throws UserError for no graph, for one with neither outputs nor next values, and for graphs that do not share their
/// slots.
Signature signature_of(const std::vector<Graph>& graphs);

}  // namespace gradus
