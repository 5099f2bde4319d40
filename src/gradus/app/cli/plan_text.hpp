// The compiled plan of a training step, for people and as JSON.
#pragma once

#include <string>

#include "gradus/engine/plan/plan.hpp"
#include "gradus/learn/json/value.hpp"

namespace gradus::cli {

/// Compiles the step as a training would. Allocates no parameters.
Plan compile_step_plan(Graph step);

/// Regions, loops and steps with what each costs and which kernel runs it; memory by home. `width` columns.
std::string text_of(const Plan& plan, std::size_t width);

json::Value json_of(const Plan& plan);

}  // namespace gradus::cli
