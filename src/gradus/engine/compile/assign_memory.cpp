#include "gradus/engine/compile/assign_memory.hpp"

#include <algorithm>
#include <limits>

#include "gradus/core/base/checked_cast.hpp"
#include "gradus/core/ops/all.hpp"
#include "gradus/engine/kernels/block.hpp"

namespace gradus {
namespace {

constexpr std::size_t largest_local = 256 * 1024;  // an uncut value above this is shared, not one for each thread

std::size_t at(int id) { return static_cast<std::size_t>(id); }

/// A place in the plan that reads or writes a buffer.
struct Use {
  int region, loop, step;
  Access access;
  bool pointwise;
  bool same_loop(const Use& other) const { return region == other.region && loop == other.loop; }
};

struct Uses {
  std::vector<std::vector<Use>> readers, writers;  // by buffer
};

Uses find_uses(const Plan& plan) {
  Uses out{std::vector<std::vector<Use>>(plan.buffers.size()), std::vector<std::vector<Use>>(plan.buffers.size())};
  for (std::size_t r = 0; r < plan.regions.size(); ++r) {
    for (std::size_t l = 0; l < plan.regions[r].loops.size(); ++l) {
      const auto& steps = plan.regions[r].loops[l].steps;
      for (std::size_t s = 0; s < steps.size(); ++s) {
        const Call& call = steps[s].call;
        const auto use = [&](const Operand& operand) {
          return Use{checked_cast<int>(r), checked_cast<int>(l), checked_cast<int>(s), operand.access,
                     call.op == nullptr};
        };
        for (std::size_t i = 0; i < call.inputs.size(); ++i)
          out.readers[at(steps[s].operands[i])].push_back(use(call.inputs[i]));
        for (std::size_t i = 0; i < call.outputs.size(); ++i) {
          out.writers[at(steps[s].operands[call.inputs.size() + i])].push_back(use(call.outputs[i]));
        }
      }
    }
  }
  return out;
}

/// Whether `write` may overwrite memory that `reads` still read: all of them are over, or are of the same elements.
bool may_overwrite(const Use& write, const std::vector<Use>& reads) {
  return std::all_of(reads.begin(), reads.end(), [&](const Use& read) {
    if (read.region != write.region) return read.region < write.region;
    if (!read.same_loop(write) || read.access != write.access || write.access == Access::columns) return false;
    return read.step < write.step || (read.step == write.step && write.pointwise);
  });
}

Step copy_step(const Type& type, int from, int to) {
  Step step;
  step.call.op = &find_op("reshape");
  step.call.attrs = Attrs{{"shape", Integers(type.shape.begin(), type.shape.end())}};
  step.call.inputs = {{type, Access::whole}};
  step.call.outputs = {{type, Access::whole}};
  step.operands = {from, to};
  return step;
}

/// The input that `output` is the next value of, or -1.
int state_of(const Plan& plan, const Output& output) {
  for (std::size_t b = 0; b < plan.buffers.size(); ++b) {
    const Buffer& buffer = plan.buffers[b];
    if (buffer.home == Home::input && buffer.name == output.name && buffer.type == plan.buffers[at(output.id)].type) {
      return checked_cast<int>(b);
    }
  }
  return -1;
}

int add_buffer(Plan& plan, Buffer buffer) {
  plan.buffers.push_back(std::move(buffer));
  return checked_cast<int>(plan.buffers.size()) - 1;
}

void place_outputs(Plan& plan, const Graph& graph) {
  constexpr int at_the_end = std::numeric_limits<int>::max();
  Uses uses = find_uses(plan);
  for (const Output& output : graph.outputs()) {  // an input that is an output is read by a copy at the end
    if (plan.buffers[at(output.id)].home == Home::input) {
      uses.readers[at(output.id)].push_back({at_the_end, 0, 0, Access::whole, false});
    }
  }
  Region save, write;  // old values that are other inputs' next ones are saved before any is overwritten
  for (const Output& output : graph.outputs()) {
    const int state = state_of(plan, output);
    if (state == output.id) continue;  // an input that stays as it is
    Buffer& made = plan.buffers[at(output.id)];
    const bool computed = made.home == Home::arena;
    const bool in_place = state >= 0 && computed && uses.writers[at(output.id)].size() == 1 &&
                          may_overwrite(uses.writers[at(output.id)][0], uses.readers[at(state)]);
    if (computed && (state < 0 || in_place)) {
      made.home = Home::output, made.name = output.name, made.in_place_of = state;
      continue;
    }
    const Type type = made.type;
    const std::size_t bytes = made.bytes;
    int from = output.id;
    if (state >= 0 && made.home == Home::input) {
      from = add_buffer(plan, {.name = output.name + " (saved)", .type = type, .bytes = bytes});
      save.loops.push_back({.rows = 1, .block = 1, .steps = {copy_step(type, output.id, from)}});
    }
    const int to = add_buffer(
        plan, {.name = output.name, .type = type, .home = Home::output, .bytes = bytes, .in_place_of = state});
    write.loops.push_back({.rows = 1, .block = 1, .steps = {copy_step(type, from, to)}});
  }
  for (Region* region : {&save, &write}) {
    if (!region->loops.empty()) plan.regions.push_back(std::move(*region));
  }
}

struct Interval {
  int buffer, first, last;
  std::size_t bytes;
};

/// First fit, largest first: intervals that overlap in time get disjoint memory. Returns the bytes needed.
std::size_t pack(Plan& plan, std::vector<Interval> intervals) {
  std::sort(intervals.begin(), intervals.end(), [](const Interval& a, const Interval& b) {
    return a.bytes != b.bytes ? a.bytes > b.bytes : a.buffer < b.buffer;
  });
  std::vector<Interval> placed;
  std::size_t total = 0;
  for (const Interval& interval : intervals) {
    std::vector<std::pair<std::size_t, std::size_t>> busy;
    for (const Interval& other : placed) {
      if (other.first > interval.last || interval.first > other.last) continue;
      const std::size_t begin = plan.buffers[at(other.buffer)].offset;
      busy.emplace_back(begin, begin + aligned(other.bytes));
    }
    std::sort(busy.begin(), busy.end());
    std::size_t offset = 0;
    for (const auto& [begin, end] : busy) {
      if (offset + aligned(interval.bytes) <= begin) break;
      offset = std::max(offset, end);
    }
    plan.buffers[at(interval.buffer)].offset = offset;
    total = std::max(total, offset + aligned(interval.bytes));
    placed.push_back(interval);
  }
  return total;
}

/// Values that never leave their loop: one block of each, in the thread's own memory.
void place_locals(Plan& plan, const Uses& uses) {
  for (std::size_t r = 0; r < plan.regions.size(); ++r) {
    for (std::size_t l = 0; l < plan.regions[r].loops.size(); ++l) {
      const Loop& loop = plan.regions[r].loops[l];
      std::vector<Interval> intervals;
      for (std::size_t b = 0; b < plan.buffers.size(); ++b) {
        Buffer& buffer = plan.buffers[b];
        if (buffer.home != Home::arena || uses.writers[b].size() != 1) continue;
        const Use& write = uses.writers[b][0];
        if (write.region != checked_cast<int>(r) || write.loop != checked_cast<int>(l)) continue;
        int last = write.step;
        bool stays = write.access != Access::columns;
        for (const Use& read : uses.readers[b]) {
          stays = stays && read.same_loop(write) && read.access == write.access;
          last = std::max(last, read.step);
        }
        const std::size_t bytes = write.access == Access::whole
                                      ? buffer.bytes
                                      : buffer.bytes / static_cast<std::size_t>(std::max<std::int64_t>(loop.rows, 1)) *
                                            static_cast<std::size_t>(loop.block);
        if (!stays || (write.access == Access::whole && bytes > largest_local)) continue;
        buffer.home = Home::local, buffer.bytes = bytes;
        intervals.push_back({checked_cast<int>(b), write.step, last, bytes});
      }
      plan.local_bytes = std::max(plan.local_bytes, pack(plan, std::move(intervals)));
    }
  }
}

void place_arena(Plan& plan, const Uses& uses) {
  std::vector<Interval> intervals;
  std::vector<std::size_t> live(plan.regions.size());
  for (std::size_t b = 0; b < plan.buffers.size(); ++b) {
    Buffer& buffer = plan.buffers[b];
    if (buffer.home != Home::arena) continue;
    buffer.first_region = uses.writers[b].at(0).region;
    buffer.last_region = buffer.first_region;
    for (const Use& read : uses.readers[b]) buffer.last_region = std::max(buffer.last_region, read.region);
    intervals.push_back({checked_cast<int>(b), buffer.first_region, buffer.last_region, buffer.bytes});
    for (int r = buffer.first_region; r <= buffer.last_region; ++r) live[at(r)] += aligned(buffer.bytes);
  }
  plan.arena_bytes = pack(plan, std::move(intervals));
  for (std::size_t bytes : live) plan.live_bytes = std::max(plan.live_bytes, bytes);
}

void drop_unused_buffers(Plan& plan) {
  const Uses uses = find_uses(plan);
  std::vector<int> place(plan.buffers.size(), -1);
  std::vector<Buffer> kept;
  for (std::size_t b = 0; b < plan.buffers.size(); ++b) {
    if (plan.buffers[b].home != Home::input && uses.readers[b].empty() && uses.writers[b].empty()) continue;
    place[b] = checked_cast<int>(kept.size());
    kept.push_back(std::move(plan.buffers[b]));
  }
  for (Buffer& buffer : kept) {
    if (buffer.in_place_of >= 0) buffer.in_place_of = place[at(buffer.in_place_of)];
  }
  plan.buffers = std::move(kept);
  for (Region& region : plan.regions)
    for (Loop& loop : region.loops)
      for (Step& step : loop.steps)
        for (int& operand : step.operands) operand = place[at(operand)];
}

}  // namespace

Plan assign_memory(const Plan& from, const Graph& graph) {
  Plan plan = from;
  place_outputs(plan, graph);
  drop_unused_buffers(plan);
  const Uses uses = find_uses(plan);
  place_locals(plan, uses);
  place_arena(plan, uses);
  return plan;
}

}  // namespace gradus
