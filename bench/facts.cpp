// What is not a time of a step: how long compiling takes, what is allocated, whether the bits are the same. A line of
// JSON a workload. usage: facts [f32|bf16] [WORKLOAD...]     default: all but those of the floor
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <mutex>
#include <new>

#include "bench/workloads/session.hpp"
#include "gradus/engine/cpu/compile/pipeline.hpp"
#include "gradus/engine/cpu/runtime/footprint.hpp"

// GCC inlines one of the operators below and takes the pair for a mismatch.
#if !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

namespace {

std::atomic<long> allocations{0};
std::atomic<long> live_bytes{0}, live_number_bytes{0};  // of all, and of memory for numbers
// Numbers lie at whole cache lines, and nothing else does: pages of threads and what describes the plan.
constexpr std::size_t line = 64;

struct Large {
  void* memory = nullptr;
  long bytes = 0;
};
Large large[4096];
std::mutex large_mutex;

/// What was asked for `memory`, which glibc knows but for what was rounded up to large pages. With an alignment: notes
/// it.
long asked_for(void* memory, std::size_t bytes, std::size_t alignment) {
  const auto usable = static_cast<long>(malloc_usable_size(memory));
  if (usable < (1 << 21)) return usable;
  const std::lock_guard<std::mutex> lock(large_mutex);
  for (Large& of : large) {
    if (of.memory != (alignment ? nullptr : memory)) continue;
    if (alignment) of = {memory, static_cast<long>(bytes)};
    else of.memory = nullptr;
    return of.bytes;
  }
  return usable;
}

void* counted(std::size_t bytes, std::size_t alignment) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  const std::size_t whole = (std::max<std::size_t>(bytes, 1) + alignment - 1) / alignment * alignment;
  void* memory = std::aligned_alloc(alignment, whole);
  if (!memory) throw std::bad_alloc();
  const long asked = asked_for(memory, bytes, alignment);
  live_bytes.fetch_add(asked, std::memory_order_relaxed);
  if (alignment >= line) live_number_bytes.fetch_add(asked, std::memory_order_relaxed);
  return memory;
}

void freed(void* memory, std::size_t alignment = 0) {
  const long asked = memory ? asked_for(memory, 0, 0) : 0;
  live_bytes.fetch_sub(asked, std::memory_order_relaxed);
  if (alignment >= line) live_number_bytes.fetch_sub(asked, std::memory_order_relaxed);
  std::free(memory);
}

}  // namespace

void* operator new(std::size_t bytes) { return counted(bytes, 16); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return counted(bytes, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { freed(memory); }
void operator delete(void* memory, std::size_t) noexcept { freed(memory); }
void operator delete(void* memory, std::align_val_t alignment) noexcept {
  freed(memory, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory, std::size_t, std::align_val_t alignment) noexcept {
  freed(memory, static_cast<std::size_t>(alignment));
}

namespace gradus::bench {
namespace {

constexpr int steps = 10;
constexpr int thread_counts[] = {1, 2, 3, 5, 16};

/// Milliseconds from the graph of a step to its plan: the median of five.
double compile_time(const Case& of, const CompileOptions& options) {
  std::vector<double> times;
  for (int i = 0; i < 5; ++i) {
    std::vector<Graph> graphs{graph_of(of)};
    const auto begin = std::chrono::steady_clock::now();
    compile_together(std::move(graphs), options);
    times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
  }
  std::sort(times.begin(), times.end());
  return times[2];
}

struct ProgramBytes {
  long numbers = 0, description = 0;  // asked for: memory of the step, and what describes the plan
  std::size_t planned = 0;
};

/// Of a program of one thread.
ProgramBytes program_bytes(const Case& of, Precision precision, const CompileOptions& options) {
  Engine engine({.threads = 1});
  const long all_before = live_bytes, numbers_before = live_number_bytes;
  const Program program = compile_workload(engine, of, precision);
  const long all = live_bytes - all_before, numbers = live_number_bytes - numbers_before;
  return {numbers, all - numbers, footprint(compile_together({graph_of(of)}, options), 1).total()};
}

long resident_bytes() {
  std::ifstream file("/proc/self/statm");
  long all = 0, resident = 0;
  file >> all >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

/// The bits of everything that a session has computed after its steps.
std::uint64_t fingerprint_of(const Case& of, SessionOptions options, long& allocated) {
  Session session(of, options);
  session.step();
  const long before = allocations;
  for (int i = 1; i < steps; ++i) session.step();
  allocated = std::max(allocated, allocations - before);
  return session.fingerprint();
}

void print_facts(const Workload& workload, Precision precision) {
  const Case of = make_case(workload);
  const CompileOptions options{.products = precision == Precision::bf16 ? DType::bf16 : DType::f32};
  const double compile_ms = compile_time(of, options);
  const ProgramBytes bytes = program_bytes(of, precision, options);
  long allocated = 0;
  std::string prints;
  bool same = true;
  std::uint64_t first = 0;
  for (const int threads : thread_counts) {
    const std::uint64_t print = fingerprint_of(of, {threads, precision}, allocated);
    if (threads == 1) first = print;
    same = same && print == first;
    char text[40];
    std::snprintf(text, sizeof text, "%s\"%d\": \"%016llx\"", prints.empty() ? "" : ", ", threads,
                  static_cast<unsigned long long>(print));
    prints += text;
  }
  std::printf(
      "{\"workload\": \"%s\", \"compile_ms\": %.3f, \"allocations\": %ld, \"held_bytes\": %ld, "
      "\"planned_bytes\": %zu, \"description_bytes\": %ld, "
      "\"resident_bytes\": %ld, \"same_bits\": %s, \"fingerprints\": {%s}}\n",
      workload.name.c_str(), compile_ms, allocated, bytes.numbers, bytes.planned, bytes.description, resident_bytes(),
      same ? "true" : "false", prints.c_str());
  std::fflush(stdout);
}

}  // namespace
}  // namespace gradus::bench

int main(int argc, char** argv) {
  using namespace gradus::bench;
  try {
    std::vector<std::string> names(argv + 1, argv + argc);
    Precision precision = Precision::f32;
    if (!names.empty() && (names[0] == "f32" || names[0] == "bf16")) {
      precision = find_precision(names[0]);
      names.erase(names.begin());
    }
    for (const std::string& name : names) print_facts(find_workload(name), precision);
    for (const Workload& of : workloads()) {
      if (names.empty() && !of.name.ends_with("-floor")) print_facts(of, precision);
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "facts: %s\n", error.what());
    return 1;
  }
}
