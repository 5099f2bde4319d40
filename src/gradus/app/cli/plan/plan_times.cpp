#include "gradus/app/cli/plan/plan_times.hpp"

#include <fmt/core.h>

#include <array>

#include "gradus/app/report/numbers.hpp"
#include "gradus/app/report/resident.hpp"
#include "gradus/core/base/byte_size.hpp"
#include "gradus/core/base/error.hpp"
#include "gradus/engine/cpu/kernels/instruction_set.hpp"
#include "gradus/engine/cpu/runtime/cpu_backend.hpp"
#include "gradus/engine/machine/thread_pool.hpp"

namespace gradus::cli {
namespace {

constexpr double most_bytes = 1e9;
constexpr double sampling_seconds = 0.06, profile_seconds = 0.6;

double bytes_of(const Plan& plan, int threads) {
  double total =
      static_cast<double>(plan.arena_bytes) + static_cast<double>(plan.local_bytes + plan.scratch_bytes) * threads;
  for (const Buffer& buffer : plan.buffers) {
    const bool own = buffer.home == Home::input || (buffer.home == Home::output && buffer.in_place_of < 0);
    if (own) total += static_cast<double>(buffer.bytes);
  }
  return total;
}

std::string rate_text(const Plan& plan, double ns) {
  return report::prefixed(flops(plan) / ns * 1e9) + "FLOP/s, " + report::prefixed(bytes_moved(plan) / ns * 1e9) + "B/s";
}

json::Array array_of(const std::vector<double>& values) {
  json::Array out;
  for (const double value : values) out.emplace_back(value);
  return out;
}

}  // namespace

PlanTimes time_plan(const Graph& step, const Plan& plan, int threads, bool with_profile,
                    const ProgramOptions& options) {
  Engine engine({.threads = threads, .isa = name(instruction_set())});
  PlanTimes out{.threads = engine.threads()};
  const ThreadCosts costs = measure_threads(engine.pool());
  const double bytes = bytes_of(plan, out.threads);
  out.sampled = bytes <= most_bytes;
  if (!out.sampled) {
    if (with_profile) {
      throw UserError(
          Fault::budget,
          Report{"--profile", "a step that takes " + enough_size(static_cast<std::size_t>(bytes)),
                 "one of at most " + exact_size(static_cast<std::size_t>(most_bytes)), "a smaller --batch"});
    }
    out.forecast = forecast(plan, {}, costs, out.threads);
    return out;
  }
  std::vector<Graph> graphs;
  graphs.push_back(step);
  const double before = report::resident_bytes();
  Program program(engine, std::move(graphs), options);
  out.forecast = forecast(plan, time_blocks(program.code(), program.state(), program.context(), 0, sampling_seconds),
                          costs, out.threads);
  if (!with_profile) return out;
  out.profile = gradus::profile(program.code(), program.state(), program.context(), 0, profile_seconds);
  out.planned_bytes = bytes;
  out.resident_bytes = report::resident_bytes() - before;
  return out;
}

std::string time_text(double ns) {
  constexpr std::array<const char*, 4> units{"ns", "us", "ms", "s"};
  std::size_t unit = 0;
  while (ns >= 999.5 && unit + 1 < units.size()) ns /= 1000, ++unit;
  return fmt::format("{:.3g} {}", ns, units[unit]);
}

std::string text_of(const PlanTimes& times, const Plan& plan) {
  const double ns = times.forecast.total_ns;
  std::string out = "forecast   " + time_text(ns) + " a step on " + report::counted(times.threads, "thread");
  if (times.forecast.team < times.threads) out += "; one does all the work, which is little";
  out += "\n           " + rate_text(plan, ns) + "\n           ";
  out += times.sampled ? "from a few blocks of each loop, timed on this machine\n"
                       : "roughly, from FLOP and bytes: to time parts of it would take too much memory\n";
  if (!times.profile) return out;
  const Profile& measured = *times.profile;
  out += "measured   " + time_text(measured.total_ns) + " a step, the median of " +
         report::counted(measured.runs, "run") + "\n           " + rate_text(plan, measured.total_ns) + "\n";
  out += "           " + report::bytes(times.planned_bytes) + " planned, " + report::bytes(times.resident_bytes) +
         " more resident than before\n";
  out += "           forecast / measured = " + report::short_number(ns / measured.total_ns, 3) + "\n";
  return out;
}

json::Value json_of(const PlanTimes& times) {
  json::Object out{{"threads", times.threads},
                   {"team", times.forecast.team},
                   {"sampled", times.sampled},
                   {"forecast_ns", json::Object{{"step", times.forecast.total_ns},
                                                {"regions", array_of(times.forecast.region_ns)},
                                                {"steps", array_of(times.forecast.step_ns)}}}};
  if (times.profile) {
    out["measured_ns"] = json::Object{{"step", times.profile->total_ns},
                                      {"regions", array_of(times.profile->region_ns)},
                                      {"steps", array_of(times.profile->step_ns)}};
    out["runs"] = times.profile->runs;
    out["planned_bytes"] = times.planned_bytes;
    out["resident_bytes"] = times.resident_bytes;
  }
  return out;
}

}  // namespace gradus::cli
