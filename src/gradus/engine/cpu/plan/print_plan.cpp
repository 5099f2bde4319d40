#include <cstdio>

#include "gradus/core/base/checked_cast.hpp"
#include "gradus/core/graph/print.hpp"
#include "gradus/engine/cpu/plan/plan.hpp"

namespace gradus {
namespace {

const char* text(Home home) {
  static constexpr const char* names[] = {"input", "output", "constant", "arena", "local"};
  return names[checked_cast<int>(home)];
}

std::string operand_text(const Plan& plan, const Step& step, std::size_t i) {
  const Operand& operand =
      i < step.call.inputs.size() ? step.call.inputs[i] : step.call.outputs[i - step.call.inputs.size()];
  std::string out = plan.buffers[static_cast<std::size_t>(step.operands[i])].name;
  if (i < 2 && step.call.transposed[i]) out += "'";
  if (operand.access == Access::rows) out += "[r]";
  if (operand.access == Access::columns) out += "[:,r]";
  if (operand.access == Access::part) out += "[b]";
  return out;
}

std::string program_text(const Call& call) {
  if (call.graph) {
    std::string out = "straight(";
    for (const Node& node : call.graph->nodes()) {
      if (!node.inputs.empty()) out += (out.back() == '(' ? "" : "; ") + std::string(node.op->name);
    }
    return out + ")";
  }
  std::string out = "fused(";
  const auto inputs = checked_cast<int>(call.inputs.size());
  for (std::size_t i = 0; i < call.program.instructions.size(); ++i) {
    const auto& instruction = call.program.instructions[i];
    if (i) out += "; ";
    out += instruction.op->name;
    for (int input : instruction.inputs)
      out += input < inputs ? " i" + std::to_string(input) : " t" + std::to_string(input - inputs);
  }
  return out + ")";
}

std::string count_text(double value) {
  char text[32];
  const char* unit = value >= 1e9 ? "G" : value >= 1e6 ? "M" : value >= 1e3 ? "k" : "";
  const double scaled = value >= 1e9 ? value / 1e9 : value >= 1e6 ? value / 1e6 : value >= 1e3 ? value / 1e3 : value;
  std::snprintf(text, sizeof text, "%.3g%s", scaled, unit);
  return text;
}

}  // namespace

double flops(const Plan& plan) {
  double total = 0;
  for (const Region& region : plan.regions)
    for (const Loop& loop : region.loops)
      for (const Step& step : loop.steps) total += step.flops;
  return total;
}

double bytes_moved(const Plan& plan) {
  double total = 0;
  for (const Region& region : plan.regions)
    for (const Loop& loop : region.loops)
      for (const Step& step : loop.steps) total += step.bytes;
  return total;
}

std::string print(const Plan& plan, const Step& step) {
  std::string out;
  const std::size_t inputs = step.call.inputs.size();
  for (std::size_t i = inputs; i < step.operands.size(); ++i)
    out += (i > inputs ? ", " : "") + operand_text(plan, step, i);
  out += " = " + (step.call.op ? std::string(step.call.op->name) : program_text(step.call));
  for (std::size_t i = 0; i < inputs; ++i) out += " " + operand_text(plan, step, i);
  if (!step.call.attrs.entries().empty()) out += " " + print(step.call.attrs);
  if (step.chosen) out += "  <" + std::string(step.chosen->kernel.name) + ">";
  return out;
}

std::string print(const Plan& plan) {
  std::string out;
  for (std::size_t r = 0; r < plan.regions.size(); ++r) {
    out += "region " + std::to_string(r) + "\n";
    for (const Loop& loop : plan.regions[r].loops) {
      out += "  loop " + std::to_string(loop.rows) + " rows by " + std::to_string(loop.block) + "\n";
      for (const Step& step : loop.steps) out += "    " + print(plan, step) + "\n";
    }
  }
  for (const Buffer& buffer : plan.buffers) {
    out += "buffer " + buffer.name + " : " + to_string(buffer.type) + " " + text(buffer.home) + " " +
           std::to_string(buffer.bytes) + " bytes";
    if (buffer.home == Home::arena || buffer.home == Home::local) out += " at " + std::to_string(buffer.offset);
    if (buffer.home == Home::arena) {
      out += " regions " + std::to_string(buffer.first_region) + ".." + std::to_string(buffer.last_region);
    }
    if (buffer.in_place_of >= 0)
      out += " in place of " + plan.buffers[static_cast<std::size_t>(buffer.in_place_of)].name;
    out += "\n";
  }
  out += "arena " + std::to_string(plan.arena_bytes) + " bytes (live at once: " + std::to_string(plan.live_bytes) +
         "), local " + std::to_string(plan.local_bytes) + " and scratch " + std::to_string(plan.scratch_bytes) +
         " bytes a thread; " + count_text(flops(plan)) + "FLOP, " + count_text(bytes_moved(plan)) + "B moved\n";
  return out;
}

}  // namespace gradus
