// Worker threads that wait for work by spinning a while and then parking, and a barrier of the same kind.
#pragma once

#include <atomic>
#include <memory>
#include <thread>
#include <utility>
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

/// The caller of run() is thread 0 of the team; the others are the pool's. Any thread may call, when it has its turn.
class ThreadPool {
 public:
  /// Has a pool's threads to itself for as long as it lives, or (false) has none.
  class Turn {
   public:
    Turn() = default;
    Turn(Turn&& other) noexcept : pool_(std::exchange(other.pool_, nullptr)) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (pool_) pool_->taken_.store(false, std::memory_order_release);
    }
    explicit operator bool() const { return pool_ != nullptr; }

   private:
    friend class ThreadPool;
    explicit Turn(ThreadPool& pool) : pool_(&pool) {}
    ThreadPool* pool_ = nullptr;
  };

  /// Throws UserError when a thread cannot be started.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const { return checked_cast<int>(workers_.size()) + 1; }
  /// None while another thread has its turn, or this one. Waits for nobody.
  Turn try_turn() {
    return taken_.load(std::memory_order_relaxed) || taken_.exchange(true, std::memory_order_acquire) ? Turn()
                                                                                                      : Turn(*this);
  }
  /// Waits until nobody has a turn. REQUIRES: the caller has none.
  Turn wait_turn();

  // REQUIRE that the caller has its turn, or is the only one who calls.

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
  std::atomic<unsigned> jobs_{0};               // of run() in lockstep, so far
  alignas(64) std::atomic<bool> taken_{false};  // whether somebody has a turn
  alignas(64) std::atomic<int> busy_{0};
  std::atomic<bool> stop_{false};
  std::vector<int> core_;  // of each thread, while they gather
  std::vector<std::thread> workers_;
};

}  // namespace gradus
