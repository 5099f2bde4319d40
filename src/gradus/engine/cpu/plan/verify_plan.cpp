#include "gradus/engine/cpu/plan/verify_plan.hpp"

#include <algorithm>
#include <map>

#include "gradus/engine/cpu/kernels/block.hpp"
#include "gradus/engine/cpu/plan/uses.hpp"

namespace gradus {
namespace {

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
  // The same elements in another shape: an op of rows takes the rows of all leading axes for those of a matrix.
  if (operand.type.dtype != buffer.type.dtype || operand.type.shape.count() != buffer.type.shape.count()) {
    fail(buffer, "is taken for " + to_string(operand.type));
  }
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
        plan.buffers[old].slot != buffer.slot || !(plan.buffers[old].type == buffer.type)) {
      fail(buffer, "overwrites what is not its old value");
    }
    if (overwritten[old]++) fail(buffer, "is the second to overwrite its old value");
  }
}

/// Whether `read` sees what `write` wrote, on whichever thread either runs.
bool follows(const Use& read, const Use& write) {
  if (read.region != write.region) return read.region > write.region;
  return read.loop == write.loop && read.step > write.step && read.access == write.access &&
         write.access != Access::columns;
}

void verify_order(const Buffer& buffer, const std::vector<Use>& reads, const std::vector<Use>& writes) {
  const bool given = buffer.home == Home::input || buffer.home == Home::constant;
  if (!given && writes.empty()) fail(buffer, "is never written");
  if (writes.size() > 1) fail(buffer, "is written twice");
  for (const Use& read : reads) {
    if (!given && !follows(read, writes[0])) fail(buffer, "is read before it is written");
  }
}

void verify_overwriting(const Buffer& buffer, const Use& write, const std::vector<Use>& old_reads) {
  for (const Use& read : old_reads) {
    const bool same_step =
        read.same_loop(write) && read.step == write.step && write.pointwise && read.access == write.access;
    if (!same_step && !follows(write, read)) fail(buffer, "overwrites a value that is still read");
  }
}

/// A value and the moments of its life: regions for all threads' memory, steps of a loop for a thread's own.
struct Life {
  int buffer = 0, first = 0, last = 0;
};

/// Throws where two values that are alive at once overlap, in whole cache lines, of which a kernel may write the last
/// beyond its value (Frame): walks through the moments with the values alive, by offset.
void verify_apart(const Plan& plan, std::vector<Life> lives) {
  const auto buffer_of = [&](int id) -> const Buffer& { return plan.buffers[static_cast<std::size_t>(id)]; };
  std::sort(lives.begin(), lives.end(), [](const Life& a, const Life& b) { return a.first < b.first; });
  std::map<std::size_t, Life> alive;     // by offset: they do not overlap
  std::multimap<int, std::size_t> ends;  // the offsets of these, by the last moment
  for (const Life& life : lives) {
    while (!ends.empty() && ends.begin()->first < life.first)
      alive.erase(ends.begin()->second), ends.erase(ends.begin());
    const Buffer& buffer = buffer_of(life.buffer);
    auto next = alive.lower_bound(buffer.offset);
    const auto refuse = [&](const Life& other) {
      fail(buffer_of(std::min(life.buffer, other.buffer)),
           "overlaps " + buffer_of(std::max(life.buffer, other.buffer)).name);
    };
    if (next != alive.end() && next->first < buffer.offset + aligned(buffer.bytes)) refuse(next->second);
    if (next != alive.begin()) {
      const auto& [offset, before] = *std::prev(next);
      if (offset + aligned(buffer_of(before.buffer).bytes) > buffer.offset) refuse(before);
    }
    alive.emplace_hint(next, buffer.offset, life);
    ends.emplace(life.last, buffer.offset);
  }
}

void verify_memory(const Plan& plan, const Uses& uses) {
  std::map<std::pair<int, int>, std::vector<Life>> local;  // by region and loop
  std::vector<Life> shared;
  for (int id = 0; id < uses.writers.size(); ++id) {
    const Buffer& buffer = plan.buffers[static_cast<std::size_t>(id)];
    if (buffer.home != Home::arena && buffer.home != Home::local) continue;
    const bool own = buffer.home == Home::local;
    const std::size_t limit = own ? plan.local_bytes : plan.arena_bytes;
    if (buffer.offset % 64 != 0 || buffer.offset + aligned(buffer.bytes) > limit) {
      fail(buffer, "lies outside of its memory");
    }
    const Use& write = uses.writers[id].at(0);
    Life life{id, own ? write.step : write.region, own ? write.step : write.region};
    for (const Use& read : uses.readers[id]) {
      if (own && !read.same_loop(write)) fail(buffer, "leaves its loop");
      life.last = std::max(life.last, own ? read.step : read.region);
    }
    if (buffer.bytes > 0) (own ? local[{write.region, write.loop}] : shared).push_back(life);
  }
  verify_apart(plan, std::move(shared));
  for (auto& [loop, lives] : local) verify_apart(plan, std::move(lives));
}

}  // namespace

void verify(const Plan& plan) {
  verify_steps(plan);
  verify_homes(plan);
  const Uses uses = find_uses(plan);
  for (int id = 0; id < uses.writers.size(); ++id) {
    const Buffer& buffer = plan.buffers[static_cast<std::size_t>(id)];
    verify_order(buffer, uses.readers[id], uses.writers[id]);
    if (buffer.in_place_of >= 0) {
      verify_overwriting(buffer, uses.writers[id].at(0), uses.readers[buffer.in_place_of]);
    }
  }
  verify_memory(plan, uses);
}

}  // namespace gradus
