#include "gradus/engine/compile/assign_memory.hpp"

#include <algorithm>
#include <limits>

#include "gradus/core/base/checked_cast.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/engine/compile/pack.hpp"
#include "gradus/engine/kernels/block.hpp"
#include "gradus/engine/plan/uses.hpp"

namespace gradus {
namespace {

constexpr std::size_t largest_local = 256 * 1024;  // an uncut value above this is shared, not one for each thread

Buffer& buffer_of(Plan& plan, int id) { return plan.buffers[static_cast<std::size_t>(id)]; }

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
  step.call.op = &reshape_op;
  step.call.attrs = Attrs{{"shape", Integers(type.shape.begin(), type.shape.end())}};
  step.call.inputs = {{type, Access::whole}};
  step.call.outputs = {{type, Access::whole}};
  step.operands = {from, to};
  return step;
}

/// The input that `output` is the next value of, or -1.
int state_of(const Graph& graph, const Output& output) {
  const int input = graph.input_id(output.name);
  return input >= 0 && graph.node(input).type == graph.node(output.id).type ? input : -1;
}

int add_buffer(Plan& plan, Buffer buffer) {
  plan.buffers.push_back(std::move(buffer));
  return checked_cast<int>(plan.buffers.size()) - 1;
}

void place_outputs(Plan& plan, const Graph& graph) {
  constexpr int at_the_end = std::numeric_limits<int>::max();
  Uses uses = find_uses(plan);
  for (const Output& output : graph.outputs()) {  // an input that is an output is read by a copy at the end
    if (buffer_of(plan, output.id).home == Home::input) {
      uses.readers[output.id].push_back({at_the_end, 0, 0, Access::whole, false});
    }
  }
  Region save, write;  // old values that are other inputs' next ones are saved before any is overwritten
  for (const Output& output : graph.outputs()) {
    const int state = state_of(graph, output);
    if (state == output.id) continue;  // an input that stays as it is
    Buffer& made = buffer_of(plan, output.id);
    const bool computed = made.home == Home::arena;
    const bool in_place = state >= 0 && computed && uses.writers[output.id].size() == 1 &&
                          may_overwrite(uses.writers[output.id][0], uses.readers[state]);
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

/// Bytes that one thread needs of a value that a loop writes.
std::size_t bytes_of_block(const Buffer& buffer, const Use& write, const Loop& loop) {
  if (write.access == Access::whole) return buffer.bytes;
  return buffer.bytes / static_cast<std::size_t>(std::max<std::int64_t>(loop.rows, 1)) *
         static_cast<std::size_t>(loop.block);
}

/// Packs the values and tells the buffers where they lie. Returns the bytes needed.
std::size_t place(Plan& plan, std::vector<Interval> intervals) {
  const std::size_t bytes = pack(intervals);
  for (const Interval& interval : intervals) buffer_of(plan, interval.id).offset = interval.offset;
  return bytes;
}

/// Values of the loop that never leave it, with the steps of their lives. They become local: one block of each, in the
/// thread's own memory.
std::vector<Interval> take_locals(Plan& plan, const Loop& loop, const Uses& uses) {
  std::vector<Interval> intervals;
  for (const Step& step : loop.steps) {
    for (std::size_t o = step.call.inputs.size(); o < step.operands.size(); ++o) {
      const int id = step.operands[o];
      Buffer& buffer = buffer_of(plan, id);
      if (buffer.home != Home::arena || uses.writers[id].size() != 1) continue;
      const Use& write = uses.writers[id][0];
      int last = write.step;
      bool stays = write.access != Access::columns;
      for (const Use& read : uses.readers[id]) {
        stays = stays && read.same_loop(write) && read.access == write.access;
        last = std::max(last, read.step);
      }
      const std::size_t bytes = bytes_of_block(buffer, write, loop);
      if (!stays || (write.access == Access::whole && bytes > largest_local)) continue;
      buffer.home = Home::local, buffer.bytes = bytes;
      intervals.push_back({id, write.step, last, bytes});
    }
  }
  return intervals;
}

void place_locals(Plan& plan, const Uses& uses) {
  for (const Region& region : plan.regions) {
    for (const Loop& loop : region.loops) {
      plan.local_bytes = std::max(plan.local_bytes, place(plan, take_locals(plan, loop, uses)));
    }
  }
}

void place_arena(Plan& plan, const Uses& uses) {
  std::vector<Interval> intervals;
  std::vector<std::size_t> begins(plan.regions.size() + 1), ends(begins);  // bytes of values, by region
  for (int id = 0; id < checked_cast<int>(plan.buffers.size()); ++id) {
    Buffer& buffer = buffer_of(plan, id);
    if (buffer.home != Home::arena) continue;
    buffer.first_region = uses.writers[id].at(0).region;
    buffer.last_region = buffer.first_region;
    for (const Use& read : uses.readers[id]) buffer.last_region = std::max(buffer.last_region, read.region);
    intervals.push_back({id, buffer.first_region, buffer.last_region, buffer.bytes});
    begins[static_cast<std::size_t>(buffer.first_region)] += aligned(buffer.bytes);
    ends[static_cast<std::size_t>(buffer.last_region) + 1] += aligned(buffer.bytes);
  }
  plan.arena_bytes = place(plan, std::move(intervals));
  std::size_t live = 0;
  for (std::size_t r = 0; r < plan.regions.size(); ++r) {
    live += begins[r] - ends[r];
    plan.live_bytes = std::max(plan.live_bytes, live);
  }
}

void drop_unused_buffers(Plan& plan) {
  const Uses uses = find_uses(plan);
  ById<int> place(checked_cast<int>(plan.buffers.size()), -1);
  std::vector<Buffer> kept;
  for (int id = 0; id < place.size(); ++id) {
    Buffer& buffer = buffer_of(plan, id);
    if (buffer.home != Home::input && uses.readers[id].empty() && uses.writers[id].empty()) continue;
    place[id] = checked_cast<int>(kept.size());
    kept.push_back(std::move(buffer));
  }
  for (Buffer& buffer : kept) {
    if (buffer.in_place_of >= 0) buffer.in_place_of = place[buffer.in_place_of];
  }
  plan.buffers = std::move(kept);
  for (Region& region : plan.regions)
    for (Loop& loop : region.loops)
      for (Step& step : loop.steps)
        for (int& operand : step.operands) operand = place[operand];
}

}  // namespace

Plan assign_memory(Plan plan, const Graph& graph) {
  place_outputs(plan, graph);
  drop_unused_buffers(plan);
  const Uses uses = find_uses(plan);
  place_locals(plan, uses);
  place_arena(plan, uses);
  return plan;
}

}  // namespace gradus
