#include "gradus/app/cli/plan/plan_text.hpp"

#include "gradus/app/report/numbers.hpp"
#include "gradus/engine/cpu/compile/pipeline.hpp"
#include "gradus/engine/cpu/plan/lifetimes.hpp"

namespace gradus::cli {
namespace {

/// "matmul", or the ops of a fused chain or of a graph: "add, relu".
std::string work_of(const Step& step) {
  if (step.call.op) return std::string(step.call.op->name);
  std::string out;
  if (step.call.graph) {
    for (const Node& node : step.call.graph->nodes()) {
      if (!node.inputs.empty()) out += (out.empty() ? "" : ", ") + std::string(node.op->name);
    }
    return out;
  }
  for (const auto& instruction : step.call.program.instructions) {
    if (!out.empty()) out += ", ";
    out += instruction.op->name;
  }
  return out;
}

const std::string& result_of(const Plan& plan, const Step& step) {
  return plan.buffers[static_cast<std::size_t>(step.operands.back())].name;
}

struct Memory {
  double inputs = 0, outputs = 0, constants = 0;
};

/// Bytes of what is given, made and fixed; state that is overwritten counts once.
Memory memory_of(const Plan& plan) {
  Memory out;
  for (const Buffer& buffer : plan.buffers) {
    const auto bytes = static_cast<double>(buffer.bytes);
    if (buffer.home == Home::input) out.inputs += bytes;
    if (buffer.home == Home::output && buffer.in_place_of < 0) out.outputs += bytes;
    if (buffer.home == Home::constant) out.constants += bytes;
  }
  return out;
}

struct Columns {
  std::string kernel, flop, byte, intensity, forecast, measured, work;
};

std::string line_of(const Columns& of, bool measured, std::size_t width) {
  using report::left_padded;
  std::string head = "    " + report::padded(of.kernel, 18) + left_padded(of.flop, 7) + left_padded(of.byte, 8) +
                     left_padded(of.intensity, 7) + left_padded(of.forecast, 9);
  if (measured) head += left_padded(of.measured, 9);
  head += "  ";
  const std::size_t left = width > head.size() + 12 ? width - head.size() : 12;
  return head + report::cut(of.work, left) + "\n";
}

std::string step_text(const Plan& plan, const Step& step, const PlanTimes& times, std::size_t number, bool why,
                      std::size_t width) {
  const Columns columns{std::string(step.chosen->kernel.name),
                        report::prefixed(step.flops),
                        report::prefixed(step.bytes),
                        step.bytes > 0 ? report::short_number(step.flops / step.bytes, 2) : "",
                        time_text(times.forecast.step_ns[number]),
                        times.profile ? time_text(times.profile->step_ns[number]) : "",
                        work_of(step) + " -> " + printable(result_of(plan, step))};
  std::string out = line_of(columns, times.profile.has_value(), width);
  for (const std::string& refusal : step.chosen->refusals) {
    if (why) out += "      refused by " + refusal + "\n";
  }
  return out;
}

}  // namespace

Plan compile_step_plan(Graph step, const ProgramOptions& options) {
  std::vector<Graph> graphs;
  graphs.push_back(std::move(step));
  const CompileOptions compile{.own_order = options.own_order, .products = options.products};
  return std::move(compile_together(std::move(graphs), compile).plans[0]);
}

std::string text_of(const Plan& plan, const PlanTimes& times, bool why, std::size_t width) {
  const bool measured = times.profile.has_value();
  std::string out = "plan: " + report::counted(static_cast<std::int64_t>(plan.regions.size()), "region") +
                    ", a barrier after each; threads share a region's blocks\n";
  out += line_of({"kernel", "FLOP", "bytes", "FLOP/B", "forecast", "measured", "work"}, measured, width);
  std::size_t number = 0;
  for (std::size_t r = 0; r < plan.regions.size(); ++r) {
    out += "region " + std::to_string(r + 1) + ", forecast " + time_text(times.forecast.region_ns[r]);
    if (measured) out += ", measured " + time_text(times.profile->region_ns[r]) + " with its clocks";
    out += "\n";
    for (const Loop& loop : plan.regions[r].loops) {
      out += "  " + report::counted(loop.blocks(), "block") + " of " + report::counted(loop.block, "row") + "\n";
      for (const Step& step : loop.steps) out += step_text(plan, step, times, number++, why, width);
    }
  }
  return out;
}

std::string memory_text(const Plan& plan) {
  const Memory memory = memory_of(plan);
  const auto arena = static_cast<double>(plan.arena_bytes), live = static_cast<double>(plan.live_bytes);
  std::string out = "memory     inputs and state " + report::bytes(memory.inputs) + ", outputs " +
                    report::bytes(memory.outputs) + ", constants " + report::bytes(memory.constants) +
                    "\n           values that cross regions " + report::bytes(arena);
  out += arena > live ? ";\n           at least " + report::bytes(live) + " are alive at once (" +
                            report::short_number(arena / live, 3) + " times that)"
                      : ", no more than is alive at once";
  out += "\n           each thread " + report::bytes(static_cast<double>(plan.local_bytes + plan.scratch_bytes)) +
         ", of which kernels' scratch " + report::bytes(static_cast<double>(plan.scratch_bytes)) + "\n";
  const double moved = bytes_moved(plan);
  out += "moved      " + report::prefixed(moved) + "B by all steps, " + report::prefixed(flops(plan)) + "FLOP";
  if (moved > 0) out += ": " + report::short_number(flops(plan) / moved, 3) + " FLOP a byte";
  return out + "\n";
}

json::Value json_of(const Plan& plan) {
  json::Array regions, buffers;
  for (const Region& region : plan.regions) {
    json::Array loops;
    for (const Loop& loop : region.loops) {
      json::Array steps;
      for (const Step& step : loop.steps) {
        json::Array refusals;
        for (const std::string& refusal : step.chosen->refusals) refusals.push_back(refusal);
        steps.push_back(json::Object{{"kernel", std::string(step.chosen->kernel.name)},
                                     {"work", work_of(step)},
                                     {"result", result_of(plan, step)},
                                     {"flops", step.flops},
                                     {"bytes", step.bytes},
                                     {"refusals", refusals}});
      }
      loops.push_back(json::Object{{"rows", loop.rows}, {"block", loop.block}, {"steps", steps}});
    }
    regions.push_back(json::Object{{"loops", loops}});
  }
  static constexpr const char* homes[] = {"input", "output", "constant", "arena", "local"};
  const std::vector<Lifetime> lives = lifetimes(plan);
  for (std::size_t b = 0; b < plan.buffers.size(); ++b) {
    const Buffer& buffer = plan.buffers[b];
    buffers.push_back(json::Object{{"name", buffer.name},
                                   {"type", to_string(buffer.type)},
                                   {"home", homes[static_cast<int>(buffer.home)]},
                                   {"bytes", static_cast<std::int64_t>(buffer.bytes)},
                                   {"offset", static_cast<std::int64_t>(buffer.offset)},
                                   {"first_step", lives[b].first},
                                   {"last_step", lives[b].last},
                                   {"in_place", buffer.in_place_of >= 0}});
  }
  return json::Object{{"regions", regions},
                      {"buffers", buffers},
                      {"arena_bytes", static_cast<std::int64_t>(plan.arena_bytes)},
                      {"live_bytes", static_cast<std::int64_t>(plan.live_bytes)},
                      {"thread_bytes", static_cast<std::int64_t>(plan.local_bytes + plan.scratch_bytes)},
                      {"flops", flops(plan)},
                      {"bytes_moved", bytes_moved(plan)}};
}

}  // namespace gradus::cli
