#include "gradus/app/cli/plan_text.hpp"

#include "gradus/app/report/numbers.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/engine/compile/pipeline.hpp"

namespace gradus::cli {
namespace {

/// "matmul", or the ops of a fused chain: "add, relu".
std::string work_of(const Step& step) {
  if (step.call.op) return std::string(step.call.op->name);
  std::string out;
  for (const auto& instruction : step.call.program.instructions) {
    if (!out.empty()) out += ", ";
    out += instruction.op == PointwiseProgram::cast
               ? "cast"
               : std::string(pointwise_ops()[static_cast<std::size_t>(instruction.op)].name);
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

std::string step_text(const Plan& plan, const Step& step, std::size_t width) {
  using report::padded;
  const std::string cost = report::left_padded(report::prefixed(step.flops) + "FLOP", 12) +
                           report::left_padded(report::prefixed(step.bytes) + "B", 9);
  const std::string head = "    " + padded(step.kernel, 18) + cost + "  ";
  const std::size_t left = width > head.size() + 12 ? width - head.size() : 12;
  return head + report::cut(work_of(step) + " -> " + printable(result_of(plan, step)), left) + "\n";
}

}  // namespace

Plan compile_step_plan(Graph step) {
  std::vector<Graph> graphs;
  graphs.push_back(std::move(step));
  return std::move(compile_together(std::move(graphs), {}).plans[0]);
}

std::string text_of(const Plan& plan, std::size_t width) {
  std::string out = "plan: " + report::counted(static_cast<std::int64_t>(plan.regions.size()), "region") +
                    ", a barrier after each; the blocks of a region's loops are shared among the threads\n";
  for (std::size_t r = 0; r < plan.regions.size(); ++r) {
    out += "region " + std::to_string(r + 1) + "\n";
    for (const Loop& loop : plan.regions[r].loops) {
      out += "  " + report::counted(loop.blocks(), "block") + " of " + report::counted(loop.block, "row") + "\n";
      for (const Step& step : loop.steps) out += step_text(plan, step, width);
    }
  }
  const Memory memory = memory_of(plan);
  out += "memory     inputs and state " + report::bytes(memory.inputs) + ", outputs " + report::bytes(memory.outputs) +
         ", constants " + report::bytes(memory.constants) + "\n           values that cross regions " +
         report::bytes(static_cast<double>(plan.arena_bytes)) + " (at least " +
         report::bytes(static_cast<double>(plan.live_bytes)) + " are alive at once)\n           each thread " +
         report::bytes(static_cast<double>(plan.local_bytes + plan.scratch_bytes)) + "\n";
  out += "moved      " + report::prefixed(bytes_moved(plan)) + "B by all steps, " + report::prefixed(flops(plan)) +
         "FLOP\n";
  return out;
}

json::Value json_of(const Plan& plan) {
  json::Array regions, buffers;
  for (const Region& region : plan.regions) {
    json::Array loops;
    for (const Loop& loop : region.loops) {
      json::Array steps;
      for (const Step& step : loop.steps) {
        json::Array refusals;
        for (const std::string& refusal : step.refusals) refusals.push_back(refusal);
        steps.push_back(json::Object{{"kernel", step.kernel},
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
  for (const Buffer& buffer : plan.buffers) {
    buffers.push_back(json::Object{{"name", buffer.name},
                                   {"type", to_string(buffer.type)},
                                   {"home", homes[static_cast<int>(buffer.home)]},
                                   {"bytes", static_cast<std::int64_t>(buffer.bytes)},
                                   {"offset", static_cast<std::int64_t>(buffer.offset)},
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
