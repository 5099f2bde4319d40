#include "gradus/engine/machine/thread_pool.hpp"

#include <sched.h>

#include <system_error>

#include "gradus/core/base/error.hpp"

namespace gradus {
namespace {

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Waits until `value` is no longer `old`: looks `spin` times, then parks.
template <class T> void wait_while(const std::atomic<T>& value, T old, int spin) {
  for (int i = 0; i < spin; ++i) {
    if (value.load(std::memory_order_acquire) != old) return;
    pause();
  }
  while (value.load(std::memory_order_acquire) == old) value.wait(old, std::memory_order_acquire);
}

/// Spinning pays only while every thread has a core of its own.
int spin_for(int threads) { return threads <= available_cores() ? 4000 : 40; }

}  // namespace

int available_cores() {
  cpu_set_t set;
  const int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
  return count > 0 ? count : 1;
}

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

ThreadPool::ThreadPool(int threads) : spin_(spin_for(threads)), barrier_(spin_) {
  try {
    for (int thread = 1; thread < threads; ++thread) workers_.emplace_back([this, thread] { work(thread); });
  } catch (const std::system_error& error) {
    const std::string got = std::to_string(workers_.size() + 1);
    stop_.store(true);
    turn_.fetch_add(1);
    turn_.notify_all();
    for (std::thread& worker : workers_) worker.join();
    throw UserError(Fault::failure,
                    Report{"threads", "the system gave " + got + " of " + std::to_string(threads) + ": " + error.what(),
                           "as many as asked for", "--threads " + got});
  }
}

ThreadPool::~ThreadPool() {
  stop_.store(true, std::memory_order_release);
  turn_.fetch_add(1, std::memory_order_acq_rel);
  turn_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void ThreadPool::run(int team, void (*job)(void*, int), void* context) {
  if (team > 1) {
    job_ = job, context_ = context;
    team_.store(team, std::memory_order_relaxed);
    busy_.store(static_cast<int>(workers_.size()), std::memory_order_relaxed);
    turn_.fetch_add(1, std::memory_order_acq_rel);
    turn_.notify_all();
  }
  job(context, 0);
  if (team > 1) {
    for (int left = busy_.load(std::memory_order_acquire); left != 0; left = busy_.load(std::memory_order_acquire)) {
      wait_while(busy_, left, spin_);
    }
  }
}

void ThreadPool::work(int thread) {
  unsigned seen = 0;
  for (;;) {
    wait_while(turn_, seen, spin_);
    ++seen;  // run() waits for all workers, so a turn is never missed
    if (stop_.load(std::memory_order_acquire)) return;
    if (thread < team_.load(std::memory_order_relaxed)) job_(context_, thread);
    if (busy_.fetch_sub(1, std::memory_order_acq_rel) == 1) busy_.notify_all();
  }
}

}  // namespace gradus
