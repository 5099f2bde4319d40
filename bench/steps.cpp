// Whole training steps and predictions: the time of one public call, inputs bound, loss out.
// usage: steps [--benchmark_filter=fashion/f32/2] ...    names are workload/precision/threads
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <memory>

#include "bench/workloads/session.hpp"

namespace gradus::bench {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_of(Session& session, int steps) {
  const auto begin = Clock::now();
  for (int i = 0; i < steps; ++i) benchmark::DoNotOptimize(session.step());
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

void time_steps(benchmark::State& state, Session& session, bool trains) {
  session.restart();
  seconds_of(session, 3);
  // Short calls are timed in groups: the clock itself takes 25 ns.
  const int group = std::clamp(static_cast<int>(20e-6 / seconds_of(session, 1)), 1, 100);
  double best = 1e9;
  while (state.KeepRunningBatch(group)) {
    if (trains && session.steps() + group > restart_after) {  // not timed, nor is the step after it
      session.restart();
      session.step();
    }
    const double seconds = seconds_of(session, group);
    best = std::min(best, seconds / group);
    state.SetIterationTime(seconds);
  }
  state.counters["best_us"] = best * 1e6;
}

/// The one session that is alive: the benchmark library calls a benchmark several times.
struct Current {
  std::string name;
  std::unique_ptr<Session> session;
};

void add(Current& current, const Workload& workload, const char* precision, int threads) {
  const std::string name = workload.name + "/" + precision + "/" + std::to_string(threads);
  const auto run = [&current, &workload, name, precision, threads](benchmark::State& state) {
    try {
      if (current.name != name) {
        current.session.reset();
        current.session = std::make_unique<Session>(
            make_case(workload), SessionOptions{.threads = threads, .precision = find_precision(precision)});
        current.name = name;
      }
      time_steps(state, *current.session, workload.trains());
    } catch (const UserError& error) {
      current.name.clear();
      state.SkipWithError(error.what());
    }
  };
  benchmark::RegisterBenchmark(name.c_str(), run)->UseManualTime()->Unit(benchmark::kMicrosecond);
}

}  // namespace
}  // namespace gradus::bench

int main(int argc, char** argv) {
  using namespace gradus::bench;
  Current current;
  for (const Workload& workload : workloads()) {
    for (const char* precision : precisions) {
      for (const int threads : {1, 2}) add(current, workload, precision, threads);
    }
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
