// How long a training step's plan takes on this machine: the forecast, and what was measured.
#pragma once

#include <optional>
#include <string>

#include "gradus/core/graph/graph.hpp"
#include "gradus/engine/cpu/plan/forecast.hpp"
#include "gradus/engine/cpu/runtime/profile.hpp"
#include "gradus/engine/runtime/program.hpp"
#include "gradus/learn/json/value.hpp"

namespace gradus::cli {

struct PlanTimes {
  int threads = 1;
  bool sampled = false;  // whether blocks of the plan were timed; else the forecast is of a machine like others
  Forecast forecast = {};
  std::optional<Profile> profile = {};
  double planned_bytes = 0, resident_bytes = 0;  // with a profile: of the step's program, and by how much we grew
};

/// Times a few blocks of the plan of `step` for the forecast, when it takes no more than 1 GB; with `profile` also runs
/// it. `threads`: 0 for all cores.
PlanTimes time_plan(const Graph& step, const Plan& plan, int threads, bool profile, const ProgramOptions& options);

/// "56.8 us": nanoseconds with three digits.
std::string time_text(double ns);
/// The forecast in a sentence or two, and beside it what was measured.
std::string text_of(const PlanTimes& times, const Plan& plan);
json::Value json_of(const PlanTimes& times);

}  // namespace gradus::cli
