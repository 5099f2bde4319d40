#include "gradus/engine/cpu/compile/kernel_of_op.hpp"

#include "gradus/core/ops/all.hpp"
#include "gradus/engine/cpu/compile/assign_memory.hpp"
#include "gradus/engine/cpu/compile/cut_regions.hpp"
#include "gradus/engine/cpu/compile/fuse.hpp"
#include "gradus/engine/cpu/compile/lower.hpp"

namespace gradus {

std::string kernel_of_op(const Op& op) {
  if (!op.evaluate || !op.samples) return "";
  const Sample sample = op.samples().at(0);
  Graph graph;
  Values inputs;
  for (const SampleInput& input : sample.inputs) {
    const DType dtype = input.dtype == DType::f64 ? DType::f32 : input.dtype;
    inputs.push_back(graph.input("x" + std::to_string(inputs.size()), Type{dtype, input.shape}));
  }
  graph.output("y", graph.append(op, inputs, sample.attrs));
  // Not the passes before: they could fold the op away.
  KernelCache cache;
  const Plan plan = lower(assign_memory(fuse(cut_regions(graph), graph), graph), cache);
  for (const Region& region : plan.regions) {
    for (const Loop& loop : region.loops) {
      for (const Step& step : loop.steps) return std::string(step.chosen->kernel.name);
    }
  }
  return "";
}

}  // namespace gradus
