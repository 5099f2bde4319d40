#include "gradus/engine/cpu/compile/assign_memory.hpp"

#include <algorithm>
#include <limits>
#include <map>

#include "gradus/core/base/checked_cast.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/engine/cpu/compile/pack.hpp"
#include "gradus/engine/cpu/kernels/block.hpp"
#include "gradus/engine/cpu/plan/uses.hpp"

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

int add_buffer(Plan& plan, Buffer buffer) {
  plan.buffers.push_back(std::move(buffer));
  return checked_cast<int>(plan.buffers.size()) - 1;
}

/// Gives results and next values their memory. What cannot be made where it belongs is copied there when all steps have
/// run: old values in a first region, so that the second may overwrite them.
class Results {
 public:
  Results(Plan& plan, const Graph& graph) : plan_(plan), graph_(graph), uses_(find_uses(plan)) {}

  void place() {
    constexpr int at_the_end = std::numeric_limits<int>::max();
    for (int id : result_nodes(graph_)) {
      if (buffer_of(plan_, id).home == Home::input)
        uses_.readers[id].push_back({at_the_end, 0, 0, Access::whole, false});
    }
    for (const Next& next : graph_.nexts()) place(next);
    for (std::size_t i = 0; i < graph_.outputs().size(); ++i) place_output(checked_cast<int>(i));
    for (Region* region : {&first_, &second_}) {
      if (!region->loops.empty()) plan_.regions.push_back(std::move(*region));
    }
  }

 private:
  void place(const Next& next) {
    const int state = graph_.input_id(next.slot);
    if (state == next.id) return;  // it stays as it is
    const std::string name = buffer_of(plan_, state).name;
    Buffer& made = buffer_of(plan_, next.id);
    if (made.home == Home::arena && uses_.writers[next.id].size() == 1 &&
        may_overwrite(uses_.writers[next.id][0], uses_.readers[state])) {
      made.home = Home::output, made.name = name, made.slot = next.slot, made.in_place_of = state;
      return;
    }
    const Type type = made.type;
    const int from = is_overwritten(next.id) ? saved(next.id) : next.id;
    copy(second_, from, {.name = name, .type = type, .home = Home::output, .slot = next.slot, .in_place_of = state});
  }

  void place_output(int number) {
    const Output& output = graph_.outputs()[static_cast<std::size_t>(number)];
    Buffer& made = buffer_of(plan_, output.id);
    if (made.home == Home::arena) {
      made.home = Home::output, made.name = output.name, made.output = number;
      return;
    }
    copy(made.home == Home::input ? first_ : second_, output.id,
         {.name = output.name, .type = made.type, .home = Home::output, .output = number});
  }

  /// Whether it is an old value that is gone after the second region.
  bool is_overwritten(int id) const {
    const int next = graph_.next_id(slot_of(graph_.node(id)));
    return next >= 0 && next != id;
  }

  /// An old value, as it is before others are overwritten.
  int saved(int id) {
    const auto [known, fresh] = saved_.try_emplace(id);
    const Buffer& old = buffer_of(plan_, id);
    if (fresh) known->second = copy(first_, id, {.name = old.name + " (saved)", .type = old.type});
    return known->second;
  }

  int copy(Region& region, int from, Buffer to) {
    to.bytes = byte_count(to.type);
    const Type type = to.type;
    const int id = add_buffer(plan_, std::move(to));
    region.loops.push_back({.rows = 1, .block = 1, .steps = {copy_step(type, from, id)}});
    return id;
  }

  Plan& plan_;
  const Graph& graph_;
  Uses uses_;
  Region first_, second_;
  std::map<int, int> saved_;
};

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
  Results(plan, graph).place();
  drop_unused_buffers(plan);
  const Uses uses = find_uses(plan);
  place_locals(plan, uses);
  place_arena(plan, uses);
  return plan;
}

}  // namespace gradus
