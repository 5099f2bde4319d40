// What threads cost that work together, measured.
#pragma once

namespace gradus {

class ThreadPool;

struct ThreadCosts {
  double run_ns = 100;      // of a stretch of work that the threads share, from the call to its end
  double barrier_ns = 200;  // of every further stretch
  double line_ns = 15;      // to read a cache line that another core wrote, beyond reading one's own
};

/// Takes about 2 ms, and at most 60 ms more where threads have to share cores. With one thread only run_ns is measured,
/// the others are 0. Waits for its turn (thread_pool.hpp), and keeps it until the end.
ThreadCosts measure_threads(ThreadPool& pool);

}  // namespace gradus
