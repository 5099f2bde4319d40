#include "gradus/engine/plan/verify_plan.hpp"

#include <algorithm>

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
          const Touch touch{static_cast<int>(r), static_cast<int>(l), static_cast<int>(s), operand.access,
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
  if (given != touches.writes.empty()) fail(buffer, given ? "is given, but written" : "is never written");
  if (touches.writes.size() > 1) fail(buffer, "is written twice");
  for (const Touch& read : touches.reads) {
    if (!given && !follows(read, touches.writes[0])) fail(buffer, "is read before it is written");
  }
}

void verify_overwriting(const Plan& plan, const Buffer& buffer, const Touches& touches,
                        const std::vector<Touches>& all) {
  const Buffer& old = plan.buffers[static_cast<std::size_t>(buffer.in_place_of)];
  if (old.home != Home::input || !(old.type == buffer.type)) fail(buffer, "overwrites what is not its old value");
  const Touch& write = touches.writes.at(0);
  for (const Touch& read : all[static_cast<std::size_t>(buffer.in_place_of)].reads) {
    const bool same_step = read.region == write.region && read.loop == write.loop && read.step == write.step &&
                           write.pointwise && read.access == write.access;
    if (!same_step && !follows(write, read)) fail(buffer, "overwrites a value that is still read");
  }
}

bool overlap(const Buffer& a, const Buffer& b) {
  return a.bytes > 0 && b.bytes > 0 && a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
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
    if (first.offset % 64 != 0 || first.offset + first.bytes > limit) fail(first, "lies outside of its memory");
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
  const std::vector<Touches> touches = find_touches(plan);
  for (std::size_t b = 0; b < plan.buffers.size(); ++b) {
    const Buffer& buffer = plan.buffers[b];
    verify_order(buffer, touches[b]);
    if (buffer.in_place_of >= 0) verify_overwriting(plan, buffer, touches[b], touches);
  }
  verify_memory(plan, touches);
}

}  // namespace gradus
