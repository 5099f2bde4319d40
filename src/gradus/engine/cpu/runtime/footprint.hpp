// What a program asks of the system, known before it does.
#pragma once

#include "gradus/engine/backend/backend.hpp"
#include "gradus/engine/cpu/compile/pipeline.hpp"

namespace gradus {

/// What state and a context of these graphs take with so many threads.
Footprint footprint(const CompiledTogether& compiled, int threads);

/// Of a thread, for the largest of the plans.
std::size_t thread_bytes(const std::vector<Plan>& plans);
/// Shared by the threads, for the largest of the plans.
std::size_t arena_bytes(const std::vector<Plan>& plans);

}  // namespace gradus
