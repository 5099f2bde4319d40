// Where a computation bends, jumps or leaves its domain along a line: what a derivative there cannot be checked by.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gradus/core/ops/replay.hpp"

namespace gradus {

struct Kink {
  enum class Kind { bends, jumps, leaves } kind = Kind::bends;  // leaves: not finite at one side
  int node = -1;
};

/// Nodes of `part` that bend, jump or leave their domain right at the bindings, although all that they are made of goes
/// on smoothly. `move(step)` moves the inputs from where they are bound; it is called with 0 last.
std::vector<Kink> kinks_at(Replay& replay, const Replay::Affected& part, double step,
                           const std::function<void(double)>& move);

/// "x", "abs(x - y)", "relu(...)": the node as a reader would write it, `depth` levels deep.
std::string brief(const Graph& graph, int id, int depth = 2);

/// "abs(x) bends here", "sign(x - y) jumps here, and 2 more": for messages. "" for none.
std::string describe(const Graph& graph, const std::vector<Kink>& kinks);

}  // namespace gradus
