#include "gradus/engine/cpu/runtime/footprint.hpp"

#include <algorithm>
#include <map>

#include "gradus/engine/cpu/kernels/block.hpp"

namespace gradus {
namespace {

/// Bytes of each slot: once where all graphs agree on its type, else of each graph.
std::map<SlotId, std::size_t> slot_bytes(const std::vector<Graph>& graphs) {
  std::map<SlotId, std::vector<Type>> types;
  for (const Graph& graph : graphs) {
    for (const Node& node : graph.nodes()) {
      if (node.op == &input_op) types[slot_of(node)].push_back(node.type);
    }
  }
  std::map<SlotId, std::size_t> out;
  for (const auto& entry : types) {
    const auto& all = entry.second;
    const bool same = std::all_of(all.begin(), all.end(), [&](const Type& type) { return type == all[0]; });
    for (std::size_t i = 0; i < (same ? 1 : all.size()); ++i) out[entry.first] += byte_count(all[i]);
  }
  return out;
}

}  // namespace

std::size_t thread_bytes(const std::vector<Plan>& plans) {
  constexpr std::size_t apart = 4096;  // so that threads share no line and no page
  std::size_t most = 0;
  for (const Plan& plan : plans) most = std::max(most, plan.local_bytes + plan.scratch_bytes);
  return aligned(most) + apart;
}

std::size_t arena_bytes(const std::vector<Plan>& plans) {
  constexpr std::size_t least = 64;
  std::size_t most = least;
  for (const Plan& plan : plans) most = std::max(most, plan.arena_bytes);
  return most;
}

Footprint footprint(const CompiledTogether& compiled, int threads) {
  Footprint out;
  for (const auto& [slot, bytes] : slot_bytes(compiled.graphs)) {
    (compiled.slots()[slot].role == Role::input ? out.inputs : out.state) += bytes;
  }
  for (const Plan& plan : compiled.plans) {
    for (const Buffer& buffer : plan.buffers) {
      if (buffer.output >= 0) out.outputs += buffer.bytes;
    }
  }
  out.arena = arena_bytes(compiled.plans);
  out.threads = thread_bytes(compiled.plans) * static_cast<std::size_t>(threads);
  return out;
}

}  // namespace gradus
