#include "gradus/engine/compile/lower.hpp"

#include <algorithm>

namespace gradus {

namespace {

/// Whether the thread that takes a block of `reader` wrote what it reads as blocks of `writer`, or nearly all of it.
bool stays(const Loop& writer, const Operand& written, const Loop& reader, const Operand& read) {
  return written.access == Access::rows && read.access == Access::rows && writer.rows == reader.rows;
}

Crossing crossing_of(const Plan& plan, const Loop& loop, const Operand& output, int buffer) {
  const Buffer& written = plan.buffers[static_cast<std::size_t>(buffer)];
  if (written.home == Home::local || output.access == Access::whole) return Crossing::no;
  bool crosses = false, read_here = false;
  for (const Region& region : plan.regions) {
    for (const Loop& reader : region.loops) {
      for (const Step& step : reader.steps) {
        for (std::size_t i = 0; i < step.call.inputs.size(); ++i) {
          const bool next = written.in_place_of >= 0 && step.operands[i] == written.in_place_of;
          if (step.operands[i] != buffer && !next) continue;
          if (&reader == &loop) read_here = read_here || !next;
          else crosses = crosses || !stays(loop, output, reader, step.call.inputs[i]);
        }
      }
    }
  }
  return !crosses ? Crossing::no : read_here ? Crossing::read_on : Crossing::leaves;
}

}  // namespace

Plan lower(const Plan& from) {
  Plan plan = from;
  for (Region& region : plan.regions) {
    for (Loop& loop : region.loops) {
      for (Step& step : loop.steps) {
        for (std::size_t o = 0; o < step.call.outputs.size(); ++o) {
          Operand& output = step.call.outputs[o];
          output.crossing = crossing_of(plan, loop, output, step.operands[step.call.inputs.size() + o]);
        }
        if (!step.prepared) {
          Choice choice = choose(step.call);
          step.kernel = choice.kernel.name;
          step.prepared = std::move(choice.prepared);
          step.refusals = std::move(choice.refusals);
        }
        plan.scratch_bytes = std::max(plan.scratch_bytes, step.prepared.scratch);
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
