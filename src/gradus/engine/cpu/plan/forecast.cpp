#include "gradus/engine/cpu/plan/forecast.hpp"

#include <algorithm>
#include <map>

#include "gradus/core/base/checked_cast.hpp"

namespace gradus {
namespace {

struct Writer {
  int region = -1;  // -1: the caller
  Access access = Access::whole;
  std::int64_t rows = 0;
};

/// By buffer. State is written by the step before, where this one writes its next value.
std::vector<Writer> find_writers(const Plan& plan) {
  std::vector<Writer> out(plan.buffers.size());
  for (std::size_t r = 0; r < plan.regions.size(); ++r) {
    for (const Loop& loop : plan.regions[r].loops) {
      for (const Step& step : loop.steps) {
        for (std::size_t i = 0; i < step.call.outputs.size(); ++i) {
          const auto at = static_cast<std::size_t>(step.operands[step.call.inputs.size() + i]);
          out[at] = {checked_cast<int>(r), step.call.outputs[i].access, loop.rows};
          const int old = plan.buffers[at].in_place_of;
          if (old >= 0) out[static_cast<std::size_t>(old)] = out[at];
        }
      }
    }
  }
  return out;
}

/// A loop's part that a thread has.
struct LoopShare {
  const Loop* loop = nullptr;
  std::size_t first_step = 0;  // in the plan
  double blocks = 0;           // whole ones: a shorter last block counts as its share of rows
};

std::vector<LoopShare> parts_of(const Region& region, const Share& share, std::size_t thread, std::size_t first_step) {
  std::vector<LoopShare> parts;
  std::size_t first = 0;
  for (const Loop& loop : region.loops) {
    const auto blocks = static_cast<std::size_t>(loop.blocks());
    const std::size_t begin = std::clamp(share.begin[thread], first, first + blocks) - first;
    const std::size_t end = std::clamp(share.begin[thread + 1], first, first + blocks) - first;
    double count = static_cast<double>(end - begin);
    if (end > begin && end == blocks && loop.rows % loop.block != 0) {
      count += static_cast<double>(loop.rows % loop.block) / static_cast<double>(loop.block) - 1;
    }
    parts.push_back({&loop, first_step, count});
    first += blocks;
    first_step += loop.steps.size();
  }
  return parts;
}

/// Bytes that a thread of `team` reads in a region and that other threads wrote, each once, and bytes that it writes
/// again after others have read them.
double foreign_bytes(const Plan& plan, const std::vector<Writer>& writers, const std::vector<Share>& shares,
                     const std::vector<LoopShare>& parts, std::size_t region, int team, int thread) {
  std::map<int, double> of_buffer;
  for (const LoopShare& part : parts) {
    if (part.blocks == 0) continue;
    const double share = part.blocks * static_cast<double>(part.loop->block) / static_cast<double>(part.loop->rows);
    for (const Step& step : part.loop->steps) {
      for (std::size_t i = 0; i < step.call.inputs.size(); ++i) {
        const int buffer = step.operands[i];
        const Buffer& b = plan.buffers[static_cast<std::size_t>(buffer)];
        const Writer& writer = writers[static_cast<std::size_t>(buffer)];
        if (b.home == Home::local || b.home == Home::constant || writer.region == checked_cast<int>(region)) continue;
        const Access access = step.call.inputs[i].access;
        const bool one_wrote = writer.region < 0 || shares[static_cast<std::size_t>(writer.region)].serial;
        const bool same_rows =
            access == Access::rows && writer.access == Access::rows && writer.rows == part.loop->rows;
        double foreign = one_wrote ? (thread == 0 ? 0 : 1) : same_rows ? 0 : 1 - 1.0 / team;
        if (access != Access::whole) foreign *= std::min(share, 1.0);
        double& most = of_buffer[buffer];
        most = std::max(most, foreign * static_cast<double>(byte_count(b.type)));
      }
      for (std::size_t i = 0; i < step.call.outputs.size(); ++i) {
        const Operand& output = step.call.outputs[i];
        if (output.crossing != Crossing::read_on) continue;  // others leave the caches when they are written
        of_buffer[step.operands[step.call.inputs.size() + i]] +=
            std::min(share, 1.0) * static_cast<double>(byte_count(output.type));
      }
    }
  }
  double total = 0;
  for (const auto& [buffer, bytes] : of_buffer) total += bytes;
  return total;
}

}  // namespace

std::size_t step_count(const Plan& plan) {
  std::size_t count = 0;
  for (const Region& region : plan.regions)
    for (const Loop& loop : region.loops) count += loop.steps.size();
  return count;
}

Forecast forecast(const Plan& plan, std::span<const double> block_ns, const ThreadCosts& costs, int threads) {
  constexpr double line = 64;
  const std::vector<Share> shares = divide(plan, threads);
  const std::vector<Writer> writers = find_writers(plan);
  Forecast out;
  out.team = shares.empty() ? 1 : checked_cast<int>(shares[0].begin.size()) - 1;
  std::vector<double> block(block_ns.begin(), block_ns.end());
  std::size_t first_step = 0;
  for (std::size_t r = 0; r < plan.regions.size(); ++r) {
    for (const Loop& loop : plan.regions[r].loops) {
      const auto blocks = static_cast<double>(std::max<std::int64_t>(loop.blocks(), 1));
      for (const Step& step : loop.steps) {
        if (block_ns.empty()) block.push_back(rough_cost(step, loop.blocks()) / blocks);
        out.step_ns.push_back(0);
      }
    }
    double longest = 0;
    for (int thread = 0; thread < out.team; ++thread) {
      const auto parts = parts_of(plan.regions[r], shares[r], static_cast<std::size_t>(thread), first_step);
      double time = 0;
      for (const LoopShare& part : parts) {
        for (std::size_t s = part.first_step; s < part.first_step + part.loop->steps.size(); ++s) {
          out.step_ns[s] += part.blocks * block[s];
          time += part.blocks * block[s];
        }
      }
      if (out.team > 1) {
        time += foreign_bytes(plan, writers, shares, parts, r, out.team, thread) / line * costs.line_ns;
      }
      longest = std::max(longest, time);
    }
    const bool last = r + 1 == plan.regions.size();
    const bool waits = out.team > 1 && !last && !(shares[r].serial && shares[r + 1].serial);
    out.region_ns.push_back(longest + (waits ? costs.barrier_ns : 0));
    out.total_ns += out.region_ns.back();
    first_step = out.step_ns.size();
  }
  if (out.team == 1) return out;
  out.total_ns += costs.run_ns;
  Forecast alone = forecast(plan, block_ns, costs, 1);  // a step goes the faster way
  return alone.total_ns < out.total_ns ? alone : out;
}

}  // namespace gradus
