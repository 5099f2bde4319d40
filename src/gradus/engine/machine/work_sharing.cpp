#include "gradus/engine/machine/work_sharing.hpp"

#include <algorithm>

#include "gradus/core/base/checked_cast.hpp"
#include "gradus/core/base/float_mode.hpp"
#include "gradus/engine/machine/wait.hpp"

namespace gradus {
namespace {

constexpr std::size_t most_units = 0xffff;

std::uint64_t pack(unsigned number, std::size_t next, std::size_t end) {
  return std::uint64_t{number} << 32 | std::uint64_t{next} << 16 | std::uint64_t{end};
}
unsigned number_of(std::uint64_t word) { return checked_cast<unsigned>(word >> 32); }

}  // namespace

// Opened by the thread that finished the stretch before, or by the caller. Nobody holds a claim at that time, so what a
// claim gives access to may be written.
void WorkSharing::open(std::size_t stretch) {
  const unsigned number = number_of(open_.load(std::memory_order_relaxed)) + 1;
  while (stretch < stretches_.size() && stretches_[stretch].begin.front() == stretches_[stretch].begin.back())
    ++stretch;
  if (stretch < stretches_.size() && !stretches_[stretch].serial) {
    const std::vector<std::size_t>& begin = stretches_[stretch].begin;
    const std::size_t team = begin.size() - 1;
    unit_ = 1;
    for (std::size_t t = 0; t < team; ++t) unit_ = std::max(unit_, (begin[t + 1] - begin[t]) / most_units + 1);
    std::size_t units = 0;
    for (std::size_t t = 0; t < team; ++t) units += (begin[t + 1] - begin[t] + unit_ - 1) / unit_;
    undone_.store(units, std::memory_order_relaxed);
    for (std::size_t t = 0; t < team; ++t) {
      const std::size_t mine = (begin[t + 1] - begin[t] + unit_ - 1) / unit_;
      shares_[t].left.store(pack(number, 0, mine), std::memory_order_release);
    }
  }
  open_.store(std::uint64_t{number} << 32 | stretch, std::memory_order_release);
  turn_.fetch_add(1, std::memory_order_acq_rel);
  turn_.notify_all();
}

bool WorkSharing::claim(Share& share, unsigned number, bool own, std::size_t& unit) {
  std::uint64_t left = share.left.load(std::memory_order_acquire);
  for (;;) {
    const std::size_t next = left >> 16 & most_units, end = left & most_units;
    if (number_of(left) != number || next == end) return false;
    unit = own ? next : end - 1;
    const std::uint64_t taken = own ? pack(number, next + 1, end) : pack(number, next, end - 1);
    if (share.left.compare_exchange_weak(left, taken, std::memory_order_acq_rel)) return true;
  }
}

std::size_t WorkSharing::do_unit(std::size_t stretch, std::size_t owner, std::size_t unit, int thread) {
  const std::vector<std::size_t>& begin = stretches_[stretch].begin;
  const std::size_t first = begin[owner] + unit * unit_, last = std::min(first + unit_, begin[owner + 1]);
  for (std::size_t item = first; item < last; ++item) job_(context_, stretch, item, thread);
  return 1;
}

void WorkSharing::finish(std::size_t stretch, std::size_t units) {
  if (units > 0 && undone_.fetch_sub(units, std::memory_order_acq_rel) == units) open(stretch + 1);
}

void WorkSharing::work(int thread, unsigned number, std::size_t stretch) {
  const auto own = static_cast<std::size_t>(thread);
  shares_[own].started.store(number, std::memory_order_relaxed);
  std::size_t unit = 0, done = 0;
  while (claim(shares_[own], number, true, unit)) done += do_unit(stretch, own, unit, thread);
  finish(stretch, done);
}

void WorkSharing::help(int thread) {
  if (static_cast<std::size_t>(thread) >= shares_.size()) return;
  const std::uint64_t open = open_.load(std::memory_order_acquire);
  const FlushDenormals flush;
  work(thread, number_of(open), static_cast<std::size_t>(open & 0xffffffff));
}

/// Does the items of threads that have not begun; of those that have, too, when they are `late`: they may have been
/// stopped. Otherwise an item is best left to its owner, whose cache has its data.
bool WorkSharing::rescue(unsigned number, std::size_t stretch, bool late) {
  std::size_t unit = 0, done = 0;
  for (std::size_t t = 1; t < shares_.size(); ++t) {
    while ((late || shares_[t].started.load(std::memory_order_relaxed) != number) &&
           claim(shares_[t], number, false, unit)) {
      done += do_unit(stretch, t, unit, 0);
    }
  }
  finish(stretch, done);
  return done > 0;
}

void WorkSharing::wait(unsigned number, std::size_t stretch) {
  constexpr int unstarted = 64, late = 4096;  // looks; a look takes some 10 to 40 ns
  for (int i = 0; i < std::max(spin_, late) + 1; ++i) {
    if (number_of(open_.load(std::memory_order_acquire)) != number) return;
    pause();
    if ((i == unstarted || i == late) && rescue(number, stretch, i == late)) i = -1;
  }
  while (number_of(open_.load(std::memory_order_acquire)) == number) {
    const unsigned turn = turn_.load(std::memory_order_acquire);
    if (number_of(open_.load(std::memory_order_acquire)) == number) wait_while(turn_, turn, 0);
  }
}

void WorkSharing::run(std::span<const Stretch> stretches, Job job, void* context) {
  const FlushDenormals flush;
  stretches_ = stretches, job_ = job, context_ = context;
  open(0);
  for (;;) {
    const std::uint64_t now = open_.load(std::memory_order_acquire);
    const auto stretch = static_cast<std::size_t>(now & 0xffffffff);
    if (stretch >= stretches.size()) return;
    if (stretches[stretch].serial) {
      const std::vector<std::size_t>& begin = stretches[stretch].begin;
      for (std::size_t item = begin.front(); item < begin.back(); ++item) job(context, stretch, item, 0);
      open(stretch + 1);
      continue;
    }
    work(0, number_of(now), stretch);
    wait(number_of(now), stretch);
  }
}

}  // namespace gradus
