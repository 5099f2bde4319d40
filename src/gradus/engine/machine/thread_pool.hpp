// Worker threads that sleep between runs and meet at barriers inside one.
#pragma once

#include <cstddef>

namespace gradus {

/// The caller of run() is thread 0 of the team; the others are the pool's. One run at a time.
class ThreadPool {
 public:
  /// Throws UserError when a thread cannot be started.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const { return threads_; }

 private:
  int threads_;
};

}  // namespace gradus
