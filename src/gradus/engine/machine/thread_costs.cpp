#include "gradus/engine/machine/thread_costs.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <vector>

#include "gradus/engine/machine/thread_pool.hpp"

namespace gradus {
namespace {

using Clock = std::chrono::steady_clock;

double since(Clock::time_point begin) { return std::chrono::duration<double, std::nano>(Clock::now() - begin).count(); }

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Median over `rounds` of the nanoseconds that `work` takes.
template <class Work> double time_of(int rounds, const Work& work) {
  std::vector<double> all;
  for (int i = 0; i < rounds; ++i) {
    const Clock::time_point begin = Clock::now();
    work();
    all.push_back(since(begin));
  }
  return median(std::move(all));
}

/// Threads that were just made share a core until the system moves one: waits for that, but not long.
template <class Work> void settle(const Work& work) {
  constexpr double quick = 3e3, longest = 6e7;
  constexpr int in_a_row = 10;
  int good = 0;
  for (const Clock::time_point begin = Clock::now(); good < in_a_row && since(begin) < longest;) {
    const Clock::time_point start = Clock::now();
    work();
    good = since(start) < quick ? good + 1 : 0;
  }
}

/// Threads that write lines and read one another's, in turn.
struct Exchange {
  static constexpr std::size_t line = 64, lines = 1024;
  static constexpr int rounds = 24;
  ThreadPool& pool;
  std::vector<unsigned char> bytes = std::vector<unsigned char>(line * lines);
  std::vector<double> own = {}, foreign = {};
  std::atomic<std::uint64_t> seen = 0;  // so that the reads are not left out

  void touch(int thread) {
    for (int round = 0; round < rounds; ++round) {
      const bool writes = (round + thread) % 2 == 0;
      if (thread < 2 && writes) write(round);
      pool.barrier(pool.threads());
      if (thread == 0) (writes ? own : foreign).push_back(read());
      pool.barrier(pool.threads());
    }
  }
  void write(int round) {
    for (unsigned char& byte : bytes) byte = static_cast<unsigned char>(byte + round);
  }
  double read() {
    const Clock::time_point begin = Clock::now();
    std::uint64_t sum = 0;
    // Out of order, as kernels walk through matrices: what the core asks for ahead of a straight walk hides the cost.
    constexpr std::size_t stride = 389;
    for (std::size_t i = 0; i < lines; ++i) sum += bytes[i * stride % lines * line];
    seen.store(sum, std::memory_order_relaxed);
    return since(begin);
  }
};

/// Stretches of an item a thread that do nothing.
std::vector<Stretch> empty_stretches(int team, std::size_t count) {
  Stretch one;
  for (int t = 0; t <= team; ++t) one.begin.push_back(static_cast<std::size_t>(t));
  return std::vector<Stretch>(count, one);
}

}  // namespace

ThreadCosts measure_threads(ThreadPool& pool) {
  constexpr int runs = 101;
  constexpr std::size_t stretches = 201;
  const int team = pool.threads();
  const ThreadPool::Turn turn = pool.wait_turn();
  ThreadCosts out{.run_ns = 0, .barrier_ns = 0, .line_ns = 0};
  const auto nothing = [](void*, std::size_t, std::size_t, int) {};
  const std::vector<Stretch> one = empty_stretches(team, 1), more = empty_stretches(team, stretches);
  const auto empty_run = [&] { pool.run(one, nothing, nullptr); };
  if (team > 1) settle(empty_run);
  out.run_ns = time_of(runs, empty_run);
  if (team == 1) return out;
  const double met = time_of(5, [&] { pool.run(more, nothing, nullptr); });
  out.barrier_ns = std::max(0.0, met - out.run_ns) / static_cast<double>(stretches - 1);
  Exchange exchange{.pool = pool};
  pool.run(
      team, [](void* context, int thread) { static_cast<Exchange*>(context)->touch(thread); }, &exchange);
  const double extra = median(exchange.foreign) - median(exchange.own);
  out.line_ns = std::max(0.0, extra / static_cast<double>(Exchange::lines));
  return out;
}

}  // namespace gradus
