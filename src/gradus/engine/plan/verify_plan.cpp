#include "gradus/engine/plan/verify_plan.hpp"

#include <algorithm>

#include "gradus/core/base/checked_cast.hpp"
#include "gradus/engine/kernels/block.hpp"

namespace gradus {
namespace {

/// A step that reads or writes a buffer, with the place of its loop and step in the plan.
struct Touch {
  int region, loop, step;
  Access access;
  bool pointwise;
};

struct Touches {
  std::vector<Touch> reads, writes;
};

[[noreturn]] void fail(const Buffer& buffer, const std::string& what) {
  throw InternalError("plan: " + buffer.name + " " + what);
}

/// Whether blocks of the loop are parts of an operand that is cut so.
bool fits_loop(const Operand& operand, const Loop& loop, bool written) {
  const Shape& shape = operand.type.shape;
  switch (operand.access) {
    case Access::whole: return !written || loop.blocks() <= 1;  // several blocks would write over one another
    case Access::rows: return shape.rank() >= 1 && shape[0] == loop.rows;
    case Access::columns: return shape.rank() >= 2 && shape[1] == loop.rows;
    case Access::part: return written && shape.rank() >= 1 && shape[0] == loop.blocks();
  }
  return false;
}

/// What a step may touch of a buffer, in bytes: all of it, or one block where that is all there is.
std::size_t bytes_of(const Buffer& buffer, const Operand& operand, const Loop& loop) {
  const std::size_t all = byte_count(operand.type);
  if (buffer.home != Home::local || operand.access == Access::whole) return all;
  return all / static_cast<std::size_t>(std::max<std::int64_t>(loop.rows, 1)) * static_cast<std::size_t>(loop.block);
}

void verify_operand(const Plan& plan, const Loop& loop, const Step& step, std::size_t i) {
  const Call& call = step.call;
  const bool written = i >= call.inputs.size();
  const Operand& operand = written ? call.outputs[i - call.inputs.size()] : call.inputs[i];
  const auto at = static_cast<std::size_t>(step.operands[i]);
  if (step.operands[i] < 0 || at >= plan.buffers.size()) throw InternalError("plan: an operand is no buffer");
  const Buffer& buffer = plan.buffers[at];
  if (!(operand.type == buffer.type)) fail(buffer, "is taken for " + to_string(operand.type));
  if (!fits_loop(operand, loop, written)) fail(buffer, "does not fit the blocks of its loop");
  if (bytes_of(buffer, operand, loop) > buffer.bytes) fail(buffer, "is smaller than what a step touches");
  if (!written) return;
  if (buffer.home == Home::input) fail(buffer, "is an input, but written");
  if (buffer.home == Home::constant) fail(buffer, "is a literal, but written");
}

void verify_steps(const Plan& plan) {
  for (const Region& region : plan.regions) {
    for (const Loop& loop : region.loops) {
      for (const Step& step : loop.steps) {
        if (step.operands.size() != step.call.inputs.size() + step.call.outputs.size()) {
          throw InternalError("plan: a step has other operands than its call");
        }
        for (std::size_t i = 0; i < step.operands.size(); ++i) verify_operand(plan, loop, step, i);
      }
    }
  }
}

/// Where each buffer lies that is not planned memory: a literal in its own, and no two values in one input's.
void verify_homes(const Plan& plan) {
  std::vector<char> overwritten(plan.buffers.size());
  for (const Buffer& buffer : plan.buffers) {
    if (buffer.home == Home::constant && !(buffer.literal && buffer.literal->type() == buffer.type)) {
      fail(buffer, "has no literal of its type");
    }
    if (buffer.in_place_of < 0) continue;
    const auto old = static_cast<std::size_t>(buffer.in_place_of);
    if (buffer.home != Home::output || old >= plan.buffers.size() || plan.buffers[old].home != Home::input ||
        plan.buffers[old].name != buffer.name || !(plan.buffers[old].type == buffer.type)) {
      fail(buffer, "overwrites what is not its old value");
    }
    if (overwritten[old]++) fail(buffer, "is the second to overwrite its old value");
  }
}

std::vector<Touches> find_touches(const Plan& plan) {
  std::vector<Touches> out(plan.buffers.size());
  for (std::size_t r = 0; r < plan.regions.size(); ++r) {
    for (std::size_t l = 0; l < plan.regions[r].loops.size(); ++l) {
      const auto& steps = plan.regions[r].loops[l].steps;
      for (std::size_t s = 0; s < steps.size(); ++s) {
        const Call& call = steps[s].call;
        for (std::size_t i = 0; i < steps[s].operands.size(); ++i) {
          const bool input = i < call.inputs.size();
          const Operand& operand = input ? call.inputs[i] : call.outputs[i - call.inputs.size()];
          const Touch touch{checked_cast<int>(r), checked_cast<int>(l), checked_cast<int>(s), operand.access,
                            call.op == nullptr};
          Touches& of = out[static_cast<std::size_t>(steps[s].operands[i])];
          (input ? of.reads : of.writes).push_back(touch);
        }
      }
    }
  }
  return out;
}

/// Whether `read` sees what `write` wrote, on whichever thread either runs.
bool follows(const Touch& read, const Touch& write) {
  if (read.region != write.region) return read.region > write.region;
  return read.loop == write.loop && read.step > write.step && read.access == write.access &&
         write.access != Access::columns;
}

void verify_order(const Buffer& buffer, const Touches& touches) {
  const bool given = buffer.home == Home::input || buffer.home == Home::constant;
  if (!given && touches.writes.empty()) fail(buffer, "is never written");
  if (touches.writes.size() > 1) fail(buffer, "is written twice");
  for (const Touch& read : touches.reads) {
    if (!given && !follows(read, touches.writes[0])) fail(buffer, "is read before it is written");
  }
}

void verify_overwriting(const Buffer& buffer, const Touches& touches, const std::vector<Touches>& all) {
  const Touch& write = touches.writes.at(0);
  for (const Touch& read : all[static_cast<std::size_t>(buffer.in_place_of)].reads) {
    const bool same_step = read.region == write.region && read.loop == write.loop && read.step == write.step &&
                           write.pointwise && read.access == write.access;
    if (!same_step && !follows(write, read)) fail(buffer, "overwrites a value that is still read");
  }
}

/// In whole cache lines, of which a kernel may write the last beyond its value (Frame).
bool overlap(const Buffer& a, const Buffer& b) {
  return a.bytes > 0 && b.bytes > 0 && a.offset < b.offset + aligned(b.bytes) && b.offset < a.offset + aligned(a.bytes);
}

struct Life {
  int first, last;
};

Life life(const Buffer& buffer, const Touches& touches) {
  const auto moment = [&](const Touch& touch) { return buffer.home == Home::local ? touch.step : touch.region; };
  Life out{moment(touches.writes.at(0)), moment(touches.writes.at(0))};
  for (const Touch& read : touches.reads) out.last = std::max(out.last, moment(read));
  return out;
}

void verify_memory(const Plan& plan, const std::vector<Touches>& touches) {
  for (std::size_t a = 0; a < plan.buffers.size(); ++a) {
    const Buffer& first = plan.buffers[a];
    if (first.home != Home::arena && first.home != Home::local) continue;
    const std::size_t limit = first.home == Home::arena ? plan.arena_bytes : plan.local_bytes;
    if (first.offset % 64 != 0 || first.offset + aligned(first.bytes) > limit)
      fail(first, "lies outside of its memory");
    const Touch& write = touches[a].writes.at(0);
    for (const Touch& read : touches[a].reads) {
      if (first.home == Home::local && (read.region != write.region || read.loop != write.loop))
        fail(first, "leaves its loop");
    }
    for (std::size_t b = a + 1; b < plan.buffers.size(); ++b) {
      const Buffer& second = plan.buffers[b];
      if (second.home != first.home || !overlap(first, second)) continue;
      const Touch& other = touches[b].writes.at(0);
      if (first.home == Home::local && (other.region != write.region || other.loop != write.loop)) continue;
      const Life x = life(first, touches[a]), y = life(second, touches[b]);
      if (x.first <= y.last && y.first <= x.last) fail(first, "overlaps " + second.name);
    }
  }
}

}  // namespace

void verify(const Plan& plan) {
  verify_steps(plan);
  verify_homes(plan);
  const std::vector<Touches> touches = find_touches(plan);
  for (std::size_t b = 0; b < plan.buffers.size(); ++b) {
    const Buffer& buffer = plan.buffers[b];
    verify_order(buffer, touches[b]);
    if (buffer.in_place_of >= 0) verify_overwriting(buffer, touches[b], touches);
  }
  verify_memory(plan, touches);
}

}  // namespace gradus
