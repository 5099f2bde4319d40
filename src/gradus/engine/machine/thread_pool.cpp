#include "gradus/engine/machine/thread_pool.hpp"

#include <algorithm>
#include <system_error>

#include "gradus/core/base/checked_cast.hpp"
#include "gradus/core/base/error.hpp"
#include "gradus/engine/machine/cores.hpp"
#include "gradus/engine/machine/wait.hpp"

namespace gradus {
namespace {

/// Spinning pays only while every thread has a core of its own.
int spin_for(int threads) { return threads <= available_cores() ? 4000 : 40; }

}  // namespace

void Barrier::wait(int team) {
  const unsigned turn = turn_.load(std::memory_order_acquire);
  if (arrived_.fetch_add(1, std::memory_order_acq_rel) == team - 1) {
    arrived_.store(0, std::memory_order_relaxed);
    turn_.store(turn + 1, std::memory_order_release);
    turn_.notify_all();
  } else {
    wait_while(turn_, turn, spin_);
  }
}

ThreadPool::ThreadPool(int threads)
    : spin_(spin_for(threads)), barrier_(spin_), sharing_(threads, spin_), core_(static_cast<std::size_t>(threads)) {
  try {
    for (int thread = 1; thread < threads; ++thread) workers_.emplace_back([this, thread] { work(thread); });
  } catch (const std::system_error& error) {
    const std::string got = std::to_string(workers_.size() + 1);
    stop();
    throw UserError(Fault::failure,
                    Report{"threads", "the system gave " + got + " of " + std::to_string(threads) + ": " + error.what(),
                           "as many as asked for", "--threads " + got});
  }
}

ThreadPool::~ThreadPool() { stop(); }

void ThreadPool::stop() {
  stop_.store(true, std::memory_order_release);
  sharing_.turn().fetch_add(1, std::memory_order_acq_rel);
  sharing_.turn().notify_all();
  for (std::thread& worker : workers_) worker.join();
}

ThreadPool::Turn ThreadPool::wait_turn() {
  for (;;) {
    if (Turn turn = try_turn()) return turn;
    std::this_thread::yield();  // a run is over soon, and whoever waits here only measures
  }
}

void ThreadPool::run(int team, void (*job)(void*, int), void* context) {
  if (team > 1) {
    job_ = job, context_ = context;
    team_.store(team, std::memory_order_relaxed);
    busy_.store(checked_cast<int>(workers_.size()), std::memory_order_relaxed);
    jobs_.fetch_add(1, std::memory_order_release);
    sharing_.turn().fetch_add(1, std::memory_order_acq_rel);
    sharing_.turn().notify_all();
  }
  job(context, 0);
  if (team > 1) {
    for (int left = busy_.load(std::memory_order_acquire); left != 0; left = busy_.load(std::memory_order_acquire)) {
      wait_while(busy_, left, spin_);
    }
  }
}

void ThreadPool::gather() {
  const auto look = [](void* self, int thread) {
    static_cast<ThreadPool*>(self)->core_[static_cast<std::size_t>(thread)] = current_core();
  };
  const auto move = [](void* self, int thread) {
    std::vector<int>& core = static_cast<ThreadPool*>(self)->core_;
    if (core[static_cast<std::size_t>(thread)] != current_core()) move_to_core(core[static_cast<std::size_t>(thread)]);
  };
  run(threads(), look, this);
  bool apart = true;
  for (auto core = core_.begin() + 1; core < core_.end(); ++core) {
    if (std::find(core_.begin(), core, *core) == core) continue;
    const int other = another_core(core_);
    if (other < 0) break;
    *core = other, apart = false;
  }
  if (!apart) run(threads(), move, this);
}

void ThreadPool::work(int thread) {
  unsigned jobs = 0;  // run() waits for all workers, so none is missed
  for (unsigned seen = 0;;) {
    wait_while(sharing_.turn(), seen, spin_);
    seen = sharing_.turn().load(std::memory_order_acquire);
    if (stop_.load(std::memory_order_acquire)) return;
    if (jobs_.load(std::memory_order_acquire) == jobs) {
      sharing_.help(thread);
      continue;
    }
    ++jobs;
    if (thread < team_.load(std::memory_order_relaxed)) job_(context_, thread);
    if (busy_.fetch_sub(1, std::memory_order_acq_rel) == 1) busy_.notify_all();
  }
}

}  // namespace gradus
