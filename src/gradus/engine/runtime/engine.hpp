// The caller's engine: its worker threads. No singletons: two engines in one process know nothing of each other.
#pragma once

#include <memory>

namespace gradus {

class ThreadPool;

struct EngineOptions {
  /// Threads that compute, the caller's included; 0: as many as the machine has cores free for this process.
  int threads = 0;
};

/// Any number of threads may use one engine at the same time: compile, train, predict, run programs of their own. Its
/// worker threads work for one of them at a time; who finds them busy computes alone meanwhile, with the same bits.
class Engine {
 public:
  /// Throws UserError for a negative number of threads or more than 1024, or when the system gives none.
  explicit Engine(EngineOptions options = {});
  /// Nothing runs on it any more.
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  int threads() const;
  ThreadPool& pool() { return *pool_; }

 private:
  std::unique_ptr<ThreadPool> pool_;
};

}  // namespace gradus
