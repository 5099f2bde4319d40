// The compiled plan of a training step, for people and as JSON.
#pragma once

#include <string>

#include "gradus/app/cli/plan/plan_times.hpp"
#include "gradus/engine/cpu/plan/plan.hpp"
#include "gradus/engine/runtime/program.hpp"
#include "gradus/learn/json/value.hpp"

namespace gradus::cli {

/// Compiles the step as a training would. Allocates no parameters.
Plan compile_step_plan(Graph step, const ProgramOptions& options);

/// Regions, loops and steps: which kernel runs each, what it costs, how long it takes; with `why` which kernels refused
/// it. `width` columns.
std::string text_of(const Plan& plan, const PlanTimes& times, bool why, std::size_t width);

/// Bytes by home, and how far the plan's memory is from the least possible.
std::string memory_text(const Plan& plan);

json::Value json_of(const Plan& plan);

}  // namespace gradus::cli
