// The CPU as a backend: plans on a pool of threads.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "gradus/engine/backend/backend.hpp"
#include "gradus/engine/cpu/plan/plan.hpp"
#include "gradus/engine/cpu/runtime/profile.hpp"

namespace gradus {

class ThreadPool;

/// The pool outlives the backend and all that it makes. Throws as find_instruction_set() for `isa`.
std::unique_ptr<Backend> cpu_backend(ThreadPool& pool, std::string_view isa);

// Of code that the CPU compiled; throw UserError for another backend's, and for a graph that it does not have.

const Plan& plan_of(const Executable& code, int graph);
/// Runs the graph with clocks around its steps, for about `seconds`.
Profile profile(const Executable& code, State& state, Context& context, int graph, double seconds);
/// Times a few blocks of the graph's plan for about `seconds`: for forecast().
std::vector<double> time_blocks(const Executable& code, State& state, Context& context, int graph, double seconds);

}  // namespace gradus
