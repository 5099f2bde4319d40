#include "gradus/engine/runtime/executor.hpp"

#include <algorithm>
#include <numeric>

#include "gradus/core/base/float_mode.hpp"

namespace gradus {
namespace {

constexpr std::size_t most_operands = 64;
constexpr double serial_below = 3000;  // nanoseconds of work in a region, under which sharing costs more than it saves

/// Nanoseconds on one core, roughly: what is not known exactly is only who works, never what comes out.
double cost_of(const Step& step, std::int64_t blocks) {
  constexpr double flops_per_ns = 60, bytes_per_ns = 25, call = 25;
  return std::max(step.flops / flops_per_ns, step.bytes / bytes_per_ns) + call * static_cast<double>(blocks);
}

std::size_t row_bytes(const Operand& operand) {
  const Shape& shape = operand.type.shape;
  if (operand.access == Access::rows) {
    return shape[0] == 0 ? 0 : static_cast<std::size_t>(shape.count() / shape[0]) * size_of(operand.type.dtype);
  }
  return operand.access == Access::columns ? size_of(operand.type.dtype) : 0;
}

}  // namespace

Executor::Executor(const Plan& plan, const PlanMemory& memory, ThreadPool& pool)
    : thread_memory_(memory.threads), local_bytes_(plan.local_bytes), pool_(&pool) {
  const int threads =
      static_cast<int>(std::min<std::size_t>(memory.threads.size(), static_cast<std::size_t>(pool.threads())));
  for (const Region& region : plan.regions) {
    std::vector<double> costs;
    const std::size_t first = items_.size();
    for (const Loop& loop : region.loops) add_loop(plan, memory, loop, costs);
    const double total = std::accumulate(costs.begin(), costs.end(), 0.0);
    RunRegion made;
    made.serial = threads == 1 || costs.size() < 2 || total < serial_below;
    const int team = made.serial ? 1 : threads;
    team_ = std::max(team_, team);
    made.begin.assign(1, first);
    double done = 0;
    std::size_t item = 0;
    for (int thread = 0; thread < team; ++thread) {
      const double share = total * (thread + 1) / team;
      while (item < costs.size() && (thread == team - 1 || done + costs[item] / 2 <= share)) done += costs[item++];
      made.begin.push_back(first + item);
    }
    regions_.push_back(std::move(made));
  }
  for (RunRegion& region : regions_) region.begin.resize(static_cast<std::size_t>(team_) + 1, region.begin.back());
  failures_.resize(static_cast<std::size_t>(team_));
}

void Executor::add_loop(const Plan& plan, const PlanMemory& memory, const Loop& loop, std::vector<double>& costs) {
  const std::size_t first_step = steps_.size();
  double cost = 0;
  for (const Step& step : loop.steps) {
    require(step.operands.size() <= most_operands, "a step has too many operands");
    steps_.push_back({step.prepared.run, step.prepared.state.get(), pointers_.size(), step.operands.size()});
    for (std::size_t i = 0; i < step.operands.size(); ++i) {
      const auto at = static_cast<std::size_t>(step.operands[i]);
      const Buffer& buffer = plan.buffers[at];
      const std::size_t inputs = step.call.inputs.size();
      const Operand& operand = i < inputs ? step.call.inputs[i] : step.call.outputs[i - inputs];
      if (buffer.home == Home::local) {
        pointers_.push_back({nullptr, buffer.offset, 0});
      } else {
        pointers_.push_back({memory.buffers[at], 0, row_bytes(operand)});
      }
    }
    cost += cost_of(step, loop.blocks());
  }
  const std::int64_t blocks = loop.blocks();
  for (std::int64_t block = 0; block < blocks; ++block) {
    const std::int64_t first = block * loop.block;
    items_.push_back({first_step, loop.steps.size(), first, std::min(loop.block, loop.rows - first)});
    costs.push_back(cost / static_cast<double>(blocks));
  }
}

void Executor::run_item(const Item& item, int thread) {
  std::byte* const own = thread_memory_[static_cast<std::size_t>(thread)];
  std::byte* operands[most_operands];
  Frame frame{operands, item.first, item.rows, own + local_bytes_};
  for (std::size_t s = item.first_step; s < item.first_step + item.steps; ++s) {
    const RunStep& step = steps_[s];
    for (std::size_t i = 0; i < step.pointers; ++i) {
      const Pointer& pointer = pointers_[step.first_pointer + i];
      operands[i] =
          pointer.base ? pointer.base + static_cast<std::size_t>(item.first) * pointer.stride : own + pointer.offset;
    }
    step.run(step.state, frame);
  }
}

void Executor::run_thread(int thread) {
  const FlushDenormals flush;
  const auto t = static_cast<std::size_t>(thread);
  for (std::size_t r = 0; r < regions_.size(); ++r) {
    const RunRegion& region = regions_[r];
    try {
      for (std::size_t i = region.begin[t]; i < region.begin[t + 1]; ++i) run_item(items_[i], thread);
    } catch (...) {
      if (!failures_[t]) failures_[t] = std::current_exception();
    }
    const bool last = r + 1 == regions_.size();
    if (team_ > 1 && !last && !(region.serial && regions_[r + 1].serial)) pool_->barrier(team_);
  }
}

void Executor::run() {
  pool_->run(
      team_, [](void* self, int thread) { static_cast<Executor*>(self)->run_thread(thread); }, this);
  for (std::exception_ptr& failure : failures_) {
    if (!failure) continue;
    const std::exception_ptr first = failure;
    std::fill(failures_.begin(), failures_.end(), nullptr);
    std::rethrow_exception(first);
  }
}

}  // namespace gradus
