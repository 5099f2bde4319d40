#include "gradus/engine/cpu/compile/lower.hpp"

#include <algorithm>

#include "gradus/engine/cpu/plan/uses.hpp"

namespace gradus {
namespace {

/// Whether the thread that takes a block of `reader` wrote what it reads as blocks of `writer`, or nearly all of it.
bool stays(const Plan& plan, const Use& write, const Use& read) {
  const auto rows = [&](const Use& use) {
    return plan.regions[static_cast<std::size_t>(use.region)].loops[static_cast<std::size_t>(use.loop)].rows;
  };
  return write.access == Access::rows && read.access == Access::rows && rows(write) == rows(read);
}

Crossing crossing_of(const Plan& plan, const Uses& uses, const Use& write, int id) {
  const Buffer& written = plan.buffers[static_cast<std::size_t>(id)];
  if (written.home == Home::local || write.access == Access::whole) return Crossing::no;
  bool crosses = false, read_here = false;
  for (const Use& read : uses.readers[id]) {
    if (read.same_loop(write)) read_here = true;
    else crosses = crosses || !stays(plan, write, read);
  }
  if (written.in_place_of >= 0) {  // the next step reads it as its old value
    for (const Use& read : uses.readers[written.in_place_of]) {
      if (!read.same_loop(write)) crosses = crosses || !stays(plan, write, read);
    }
  }
  return !crosses ? Crossing::no : read_here ? Crossing::read_on : Crossing::leaves;
}

void find_crossings(Plan& plan) {
  const Uses uses = find_uses(plan);
  Use write;
  for (Region& region : plan.regions) {
    write.loop = 0;
    for (Loop& loop : region.loops) {
      for (Step& step : loop.steps) {
        for (std::size_t o = 0; o < step.call.outputs.size(); ++o) {
          Operand& output = step.call.outputs[o];
          write.access = output.access;
          output.crossing = crossing_of(plan, uses, write, step.operands[step.call.inputs.size() + o]);
        }
      }
      ++write.loop;
    }
    ++write.region;
  }
}

}  // namespace

Plan lower(Plan plan, KernelCache& cache) {
  find_crossings(plan);
  for (Region& region : plan.regions) {
    for (Loop& loop : region.loops) {
      for (Step& step : loop.steps) {
        if (!step.chosen) step.chosen = cache.choose(step.call);
        require(static_cast<bool>(step.chosen->prepared), "a step that no kernel takes");
        plan.scratch_bytes = std::max(plan.scratch_bytes, step.chosen->prepared.scratch);
        step.bytes = 0;
        // What every block reads whole, it reads again.
        const auto blocks = static_cast<double>(loop.blocks());
        for (const Operand& input : step.call.inputs) {
          step.bytes += static_cast<double>(byte_count(input.type)) * (input.access == Access::whole ? blocks : 1);
        }
        for (const Operand& output : step.call.outputs) step.bytes += static_cast<double>(byte_count(output.type));
      }
    }
  }
  return plan;
}

}  // namespace gradus
