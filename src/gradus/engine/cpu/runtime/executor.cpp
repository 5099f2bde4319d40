#include "gradus/engine/cpu/runtime/executor.hpp"

#include <algorithm>
#include <chrono>

#include "gradus/core/base/checked_cast.hpp"
#include "gradus/core/base/float_mode.hpp"
#include "gradus/engine/cpu/plan/divide.hpp"

namespace gradus {
namespace {

std::size_t row_bytes(const Operand& operand) {
  const Shape& shape = operand.type.shape;
  if (operand.access == Access::rows) {
    return shape[0] == 0 ? 0 : static_cast<std::size_t>(shape.count() / shape[0]) * size_of(operand.type.dtype);
  }
  if (operand.access == Access::columns) {
    return shape[0] == 0 || shape[1] == 0
               ? 0
               : static_cast<std::size_t>(shape.count() / shape[0] / shape[1]) * size_of(operand.type.dtype);
  }
  return 0;
}

/// 0 when nothing crosses between threads, 1 when only what its loop does not read again, 2 otherwise.
int most_crossing(const Plan& plan) {
  Crossing most = Crossing::no;
  for (const Region& region : plan.regions) {
    for (const Loop& loop : region.loops) {
      for (const Step& step : loop.steps) {
        for (const Operand& output : step.call.outputs) most = std::max(most, output.crossing);
      }
    }
  }
  return checked_cast<int>(most);
}

}  // namespace

Executor::Executor(const Plan& plan, const PlanMemory& memory, ThreadPool& pool)
    : thread_memory_(memory.threads), local_bytes_(plan.local_bytes), pool_(&pool) {
  const int threads =
      checked_cast<int>(std::min<std::size_t>(memory.threads.size(), static_cast<std::size_t>(pool.threads())));
  const std::vector<Share> shares = divide(plan, threads);
  for (std::size_t r = 0; r < plan.regions.size(); ++r) {
    Stretch made{.serial = shares[r].serial, .begin = shares[r].begin};
    for (std::size_t& begin : made.begin) begin += items_.size();
    team_ = checked_cast<int>(made.begin.size()) - 1;
    for (const Loop& loop : plan.regions[r].loops) add_loop(plan, memory, loop);
    regions_.push_back(std::move(made));
  }
  failures_.resize(static_cast<std::size_t>(team_));
  if (team_ > 1) fastest_.emplace(most_crossing(plan) + apart);
  std::size_t most_operands = 0;
  for (const RunStep& step : steps_) most_operands = std::max(most_operands, step.pointers);
  constexpr std::size_t gap = 128 / sizeof(std::byte*);  // no two threads write to one line of the cache
  operands_.assign(memory.threads.size(), std::vector<std::byte*>(most_operands + gap));
  if (team_ > 1 || items_.size() != 1) return;
  only_.resize(pointers_.size());
  for (const RunStep& step : steps_) {
    std::byte** const operands = only_.data() + step.first_pointer;
    point(step, items_[0], thread_memory_[0], operands);
    only_frames_.push_back({operands, items_[0].first, items_[0].rows, thread_memory_[0] + local_bytes_});
  }
}

void Executor::add_loop(const Plan& plan, const PlanMemory& memory, const Loop& loop) {
  const std::size_t first_step = steps_.size();
  for (const Step& step : loop.steps) {
    steps_.push_back(
        {step.chosen->prepared.run, step.chosen->prepared.state.get(), pointers_.size(), step.operands.size()});
    for (std::size_t i = 0; i < step.operands.size(); ++i) {
      const auto at = static_cast<std::size_t>(step.operands[i]);
      const Buffer& buffer = plan.buffers[at];
      const std::size_t inputs = step.call.inputs.size();
      const Operand& operand = i < inputs ? step.call.inputs[i] : step.call.outputs[i - inputs];
      if (buffer.home == Home::local) {
        pointers_.push_back({nullptr, buffer.offset, 0});
      } else {
        const bool part = operand.access == Access::part;
        const std::size_t entry = part ? byte_count(operand.type) / static_cast<std::size_t>(loop.blocks()) : 0;
        pointers_.push_back({memory.buffers[at], part ? entry : 0, part ? 0 : row_bytes(operand)});
      }
    }
  }
  const std::int64_t blocks = loop.blocks();
  for (std::int64_t block = 0; block < blocks; ++block) {
    const std::int64_t first = block * loop.block;
    items_.push_back({first_step, loop.steps.size(), first, std::min(loop.block, loop.rows - first), block});
  }
}

void Executor::point(const RunStep& step, const Item& item, std::byte* own, std::byte** operands) const {
  for (std::size_t i = 0; i < step.pointers; ++i) {
    const Pointer& pointer = pointers_[step.first_pointer + i];
    operands[i] = pointer.base ? pointer.base + static_cast<std::size_t>(item.first) * pointer.stride +
                                     static_cast<std::size_t>(item.block) * pointer.offset
                               : own + pointer.offset;
  }
}

void Executor::run_item(const Item& item, int thread) {
  std::byte* const own = thread_memory_[static_cast<std::size_t>(thread)];
  std::byte** const operands = operands_[static_cast<std::size_t>(thread)].data();
  const Frame frame{operands, item.first, item.rows, own + local_bytes_, past_caches()};
  for (std::size_t s = item.first_step; s < item.first_step + item.steps; ++s) {
    point(steps_[s], item, own, operands);
    steps_[s].run(steps_[s].state, frame);
  }
}

void Executor::try_item(std::size_t item, int thread) {
  try {
    run_item(items_[item], thread);
  } catch (...) {
    std::exception_ptr& failure = failures_[static_cast<std::size_t>(thread)];
    if (!failure) failure = std::current_exception();
  }
}

void Executor::run_alone() {
  const FlushDenormals flush;
  for (std::size_t item = 0; item < items_.size(); ++item) try_item(item, 0);
}

/// A tiny graph: nothing is looked up, and what a kernel throws passes as it is.
void Executor::run_only_item() {
  const FlushDenormals flush;
  const Frame* frame = only_frames_.data();
  for (const RunStep& step : steps_) step.run(step.state, *frame++);
}

bool Executor::meets_after(std::size_t region) const {
  const bool last = region + 1 == regions_.size();
  return team_ > 1 && !last && !(regions_[region].serial && regions_[region + 1].serial);
}

Crossing Executor::past_caches() const {
  return way_ == far_apart ? Crossing::read_on : way_ == apart ? Crossing::leaves : Crossing::no;
}

void Executor::run_as(Way way) {
  way_ = way;
  if (way == alone) return run_alone();
  const auto job = [](void* self, std::size_t, std::size_t item, int thread) {
    static_cast<Executor*>(self)->try_item(item, thread);
  };
  pool_->run(regions_, job, this);
}

void Executor::run() {
  if (!only_frames_.empty()) return run_only_item();
  run_items();
}

void Executor::run_items() {
  if (fastest_) run_fastest();
  else run_alone();
  rethrow();
}

/// Where another plan has the pool's threads this one is not timed: it says nothing about the ways.
void Executor::run_fastest() {
  using Clock = std::chrono::steady_clock;
  const Way way = static_cast<Way>(fastest_->way());
  const ThreadPool::Turn turn = way == alone ? ThreadPool::Turn() : pool_->try_turn();
  if (way != alone && !turn) return run_as(alone);
  if (!fastest_->wants_time()) {
    run_as(way);
    return fastest_->ran();
  }
  if (fastest_->warms_up() && way != alone) pool_->gather();
  const Clock::time_point begin = Clock::now();
  run_as(way);
  fastest_->ran(std::chrono::duration<double, std::nano>(Clock::now() - begin).count());
}

void Executor::rethrow() {
  for (std::exception_ptr& failure : failures_) {
    if (!failure) continue;
    const std::exception_ptr first = failure;
    std::fill(failures_.begin(), failures_.end(), nullptr);
    std::rethrow_exception(first);
  }
}

}  // namespace gradus
