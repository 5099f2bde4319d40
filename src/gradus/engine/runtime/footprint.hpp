// What a program asks of the system, known before it does.
#pragma once

#include "gradus/engine/compile/pipeline.hpp"

namespace gradus {

/// Bytes.
struct Footprint {
  std::size_t state = 0;    // slots of every role but input, with transposed copies
  std::size_t inputs = 0;   // batches and other inputs
  std::size_t outputs = 0;  // results
  std::size_t arena = 0;    // values that cross regions, of the graph that needs most
  std::size_t threads = 0;  // blocks and scratch, of all threads
  std::size_t total() const { return state + inputs + outputs + arena + threads; }
};

/// What Program keeps for these graphs with so many threads.
Footprint footprint(const CompiledTogether& compiled, int threads);

/// Of a thread, for the largest of the plans.
std::size_t thread_bytes(const std::vector<Plan>& plans);
/// Shared by the threads, for the largest of the plans.
std::size_t arena_bytes(const std::vector<Plan>& plans);

}  // namespace gradus
