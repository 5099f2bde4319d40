// Worker threads that wait for work by spinning a while and then parking, and a barrier of the same kind.
#pragma once

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "gradus/core/base/checked_cast.hpp"
#include "gradus/engine/machine/work_sharing.hpp"

namespace gradus {

/// A point that all of a team must reach before any goes on.
class Barrier {
 public:
  /// `spin`: how many times to look before parking.
  explicit Barrier(int spin) : spin_(spin) {}
  void wait(int team);

 private:
  int spin_;
  alignas(64) std::atomic<int> arrived_{0};
  alignas(64) std::atomic<unsigned> turn_{0};
};

/// The caller of run() is thread 0 of the team; the others are the pool's. One run at a time, from one thread at a
/// time.
class ThreadPool {
 public:
  /// Throws UserError when a thread cannot be started.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const { return checked_cast<int>(workers_.size()) + 1; }
  /// Stretches of work, shared by the team that their items are cut for.
  void run(std::span<const Stretch> stretches, WorkSharing::Job job, void* context) {
    sharing_.run(stretches, job, context);
  }
  /// In lockstep: job(context, thread) on threads 0 .. team-1; returns when all are done. REQUIRES: 1 <= team <=
  /// threads(); the job throws nothing.
  void run(int team, void (*job)(void* context, int thread), void* context);
  /// Wakes all threads, and moves those that share a core with another to one that is free, where there are as many
  /// cores as threads. A thread is often woken on the core of the one that wakes it, and there it takes no part in a
  /// stretch of work.
  void gather();
  /// Within a job: waits for the whole team.
  void barrier(int team) { barrier_.wait(team); }

 private:
  void work(int thread);
  void stop();

  int spin_;
  Barrier barrier_;
  void (*job_)(void*, int) = nullptr;
  void* context_ = nullptr;
  std::atomic<int> team_{0};
  WorkSharing sharing_;
  std::atomic<unsigned> jobs_{0};  // of run() in lockstep, so far
  alignas(64) std::atomic<int> busy_{0};
  std::atomic<bool> stop_{false};
  std::vector<int> core_;  // of each thread, while they gather
  std::vector<std::thread> workers_;
};

}  // namespace gradus
