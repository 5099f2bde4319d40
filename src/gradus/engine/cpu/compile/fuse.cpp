#include "gradus/engine/cpu/compile/fuse.hpp"

#include <algorithm>
#include <map>

#include "gradus/core/base/checked_cast.hpp"
#include "gradus/core/graph/walk.hpp"
#include "gradus/core/ops/layout.hpp"

namespace gradus {
namespace {

/// Whether the step can be an instruction, and of a program on which numbers.
bool is_instruction(const Step& step, DType& dtype) {
  if (!step.call.op) return false;
  const DType in = step.call.inputs.empty() ? DType::f32 : step.call.inputs.back().type.dtype;
  const DType out = step.call.outputs[0].type.dtype;
  if (step.call.op == &cast_op) {
    dtype = out;
    return in == DType::u8 && is_floating(out);
  }
  // Truth values alone have no dtype of numbers; f32 holds them.
  dtype = is_floating(out) ? out : is_floating(in) ? in : DType::f32;
  const bool logic = in == DType::u8 && out == DType::u8;
  if (!step.call.op->traits.pointwise || (!is_floating(in) && !logic)) return false;
  return !logic || step.call.op->infix.empty();  // == of bytes is a comparison of numbers: left alone
}

/// Whether a kernel over rows x inner elements can read `input`: the same elements, or what broadcasts to them, its
/// rows to their rows or to each row alike.
enum class Reach { no, same, other };
Reach reach(const Operand& input, const Operand& out) {
  if (input.access == Access::columns || out.access == Access::columns) return Reach::no;
  if (input.access == out.access && input.type.shape == out.type.shape) return Reach::same;
  if (input.access == Access::whole && input.type.shape.count() == 1) return Reach::other;
  const Shape &from = input.type.shape, &to = out.type.shape;
  if (out.access == Access::whole || input.access == Access::rows) {
    const bool same_rows = out.access == Access::whole || (from.rank() == to.rank() && from[0] == to[0]);
    return same_rows && broadcast(from, to) == to ? Reach::other : Reach::no;
  }
  const auto row = broadcast(from, to.with(0, 1));
  return row && *row == to.with(0, 1) ? Reach::other : Reach::no;
}

struct Candidate {
  bool fusable = false;
  int stage = 0;
  DType dtype = DType::f32;
};

bool same_group(const Step& a, const Candidate& ca, const Step& b, const Candidate& cb) {
  return ca.fusable && cb.fusable && ca.dtype == cb.dtype &&
         a.call.outputs[0].type.shape == b.call.outputs[0].type.shape &&
         a.call.outputs[0].access == b.call.outputs[0].access;
}

/// Stage of each step: steps of one stage and group need nothing of one another but what flows element by element.
std::vector<Candidate> stages(const std::vector<Step>& steps) {
  std::vector<Candidate> out(steps.size());
  std::map<int, std::size_t> writer;
  const auto flows = [&](std::size_t from, std::size_t to, std::size_t input) {
    return same_group(steps[from], out[from], steps[to], out[to]) &&
           reach(steps[to].call.inputs[input], steps[to].call.outputs[0]) == Reach::same;
  };
  for (std::size_t s = 0; s < steps.size(); ++s) {
    const Step& step = steps[s];
    Candidate& candidate = out[s];
    candidate.fusable = is_instruction(step, candidate.dtype);
    for (const Operand& input : step.call.inputs) {
      candidate.fusable = candidate.fusable && reach(input, step.call.outputs[0]) != Reach::no;
    }
    for (std::size_t i = 0; i < step.call.inputs.size(); ++i) {
      const auto source = writer.find(step.operands[i]);
      if (source == writer.end()) continue;
      const std::size_t u = source->second;
      candidate.stage = std::max(candidate.stage, out[u].stage + (flows(u, s, i) ? 0 : 1));
    }
    writer[step.operands.back()] = s;
  }
  // Then as late as the readers allow, so that what one reader alone needs is fused with it.
  std::vector<int> latest(steps.size(), -1);
  for (std::size_t s = steps.size(); s-- > 0;) {
    if (latest[s] >= 0) out[s].stage = latest[s];
    for (std::size_t i = 0; i < steps[s].call.inputs.size(); ++i) {
      const auto source = writer.find(steps[s].operands[i]);
      if (source == writer.end()) continue;
      const std::size_t u = source->second;
      const int stage = out[s].stage - (flows(u, s, i) ? 0 : 1);
      latest[u] = latest[u] < 0 ? stage : std::min(latest[u], stage);
    }
  }
  return out;
}

/// How often each buffer is read: by steps, and as a result.
ById<int> count_reads(const Plan& plan, const Graph& graph) {
  ById<int> reads(checked_cast<int>(plan.buffers.size()));
  for (int id : result_nodes(graph)) ++reads[id];
  for (const Region& region : plan.regions) {
    for (const Loop& loop : region.loops) {
      for (const Step& step : loop.steps) {
        for (std::size_t i = 0; i < step.call.inputs.size(); ++i) ++reads[step.operands[i]];
      }
    }
  }
  return reads;
}

/// One step that does what the steps of `group` do, in their order. `reads`: of each buffer, by the whole plan.
Step fused_step(const std::vector<Step>& steps, const std::vector<std::size_t>& group, const std::vector<Candidate>& of,
                const ById<int>& reads) {
  Step out;
  out.call.program.dtype = of[group[0]].dtype;
  out.call.rows = steps[group[0]].call.rows, out.call.block = steps[group[0]].call.block;
  std::map<int, int> internal, external, reads_inside;
  for (std::size_t g = 0; g < group.size(); ++g) internal[steps[group[g]].operands.back()] = checked_cast<int>(g);
  for (std::size_t s : group) {
    for (std::size_t i = 0; i < steps[s].call.inputs.size(); ++i) {
      const int buffer = steps[s].operands[i];
      ++reads_inside[buffer];
      if (internal.contains(buffer) || !external.try_emplace(buffer, checked_cast<int>(external.size())).second)
        continue;
      out.call.inputs.push_back(steps[s].call.inputs[i]);
      out.operands.push_back(buffer);
    }
  }
  const int inputs = checked_cast<int>(external.size());
  for (std::size_t g = 0; g < group.size(); ++g) {
    const Step& step = steps[group[g]];
    PointwiseProgram::Instruction instruction{.op = step.call.op, .inputs = {}};
    for (std::size_t i = 0; i < step.call.inputs.size(); ++i) {
      const auto own = internal.find(step.operands[i]);
      instruction.inputs.push_back(own != internal.end() ? inputs + own->second : external[step.operands[i]]);
    }
    out.call.program.instructions.push_back(std::move(instruction));
    out.flops += step.flops;
    const int result = step.operands.back();
    if (reads[result] == reads_inside[result]) continue;
    out.call.program.outputs.push_back(inputs + checked_cast<int>(g));
    out.call.outputs.push_back(step.call.outputs[0]);
    out.operands.push_back(result);
    if (!step.label.empty()) out.label = step.label;
  }
  return out;
}

/// The fusable steps of a stage that are of one shape, access and dtype, in order; any other step alone.
std::vector<std::vector<std::size_t>> groups_of(const std::vector<Step>& steps, const std::vector<Candidate>& of,
                                                const std::vector<std::size_t>& stage) {
  struct Less {
    bool operator()(const Operand& a, const Operand& b) const {
      if (a.access != b.access) return a.access < b.access;
      const Shape &x = a.type.shape, &y = b.type.shape;
      return std::lexicographical_compare(x.begin(), x.end(), y.begin(), y.end());
    }
  };
  std::map<DType, std::map<Operand, std::size_t, Less>> place;
  std::vector<std::vector<std::size_t>> groups;
  for (std::size_t s : stage) {
    if (!of[s].fusable) {
      groups.push_back({s});
      continue;
    }
    const auto [group, fresh] = place[of[s].dtype].try_emplace(steps[s].call.outputs[0], groups.size());
    if (fresh) groups.push_back({s});
    else groups[group->second].push_back(s);
  }
  return groups;
}

std::vector<Step> fuse_steps(std::vector<Step> steps, const ById<int>& reads) {
  const std::vector<Candidate> of = stages(steps);
  std::vector<std::vector<std::size_t>> by_stage;
  for (std::size_t s = 0; s < steps.size(); ++s) {
    const auto stage = static_cast<std::size_t>(of[s].stage);
    if (stage >= by_stage.size()) by_stage.resize(stage + 1);
    by_stage[stage].push_back(s);
  }
  std::vector<Step> out;
  for (const auto& stage : by_stage) {
    for (const auto& group : groups_of(steps, of, stage)) {
      out.push_back(of[group[0]].fusable ? fused_step(steps, group, of, reads) : std::move(steps[group[0]]));
    }
  }
  return out;
}

}  // namespace

Plan fuse(Plan plan, const Graph& graph) {
  const ById<int> reads = count_reads(plan, graph);
  for (Region& region : plan.regions) {
    for (Loop& loop : region.loops) loop.steps = fuse_steps(std::move(loop.steps), reads);
  }
  return plan;
}

}  // namespace gradus
