// Runs a plan on memory that is given to it. Allocates nothing, takes no mutex and waits for no other plan while it
// runs.
#pragma once

#include <exception>
#include <optional>
#include <vector>

#include "gradus/engine/cpu/plan/plan.hpp"
#include "gradus/engine/machine/fastest.hpp"
#include "gradus/engine/machine/thread_pool.hpp"

namespace gradus {

/// The memory a plan runs on. All of it outlives the executor.
struct PlanMemory {
  std::vector<std::byte*> buffers;  // by buffer of the plan; unused for local ones
  std::vector<std::byte*> threads;  // of each thread: local_bytes, then scratch_bytes, 64-byte aligned
};

class Executor {
 public:
  /// Cuts the plan's blocks among the threads of the pool: a thread has the same blocks in every run that they share.
  Executor(const Plan& plan, const PlanMemory& memory, ThreadPool& pool);
  /// From one thread at a time; other executors may run on the same pool meanwhile: who finds its threads busy computes
  /// alone. Rethrows the first exception of a kernel (an index out of range) after all threads have stopped.
  void run();

 private:
  /// Who does a run, and how. All give the same bits; which is the fastest depends on how near the cores are to one
  /// another, which virtual machines change as they run, and on who else uses them. So they are timed.
  enum Way : int {
    alone,      // the calling thread
    near,       // all threads; what they write stays in their caches
    apart,      // all threads; state goes past the caches to its next readers
    far_apart,  // all threads; so does whatever other threads read
    ways_in_all
  };
  friend class ExecutorClock;  // runs it with clocks: profile.cpp
  struct Pointer {
    std::byte* base = nullptr;           // nullptr: local, at `offset` of the thread's memory
    std::size_t offset = 0, stride = 0;  // bytes: from block to block when not local; from row to row
  };
  struct RunStep {
    void (*run)(const void*, const Frame&) = nullptr;
    const void* state = nullptr;
    std::size_t first_pointer = 0, pointers = 0;
  };
  struct Item {
    std::size_t first_step = 0, steps = 0;
    std::int64_t first = 0, rows = 0, block = 0;
  };
  void add_loop(const Plan& plan, const PlanMemory& memory, const Loop& loop);
  void point(const RunStep& step, const Item& item, std::byte* own, std::byte** operands) const;
  bool meets_after(std::size_t region) const;  // whether a barrier follows
  void run_fastest();
  void run_as(Way way);
  void run_alone();
  void rethrow();
  Crossing past_caches() const;
  void run_only_item();
  void run_items();
  void run_item(const Item& item, int thread);
  void try_item(std::size_t item, int thread);

  std::vector<Pointer> pointers_;
  std::vector<RunStep> steps_;
  std::vector<Item> items_;
  std::vector<std::byte*> only_;                   // operands of all steps, where one thread runs one item
  std::vector<Frame> only_frames_;                 // by step, there
  std::vector<std::vector<std::byte*>> operands_;  // of the step that a thread is at
  std::vector<Stretch> regions_;
  std::vector<std::byte*> thread_memory_;
  std::size_t local_bytes_;
  std::vector<std::exception_ptr> failures_;  // by thread
  ThreadPool* pool_;
  int team_ = 1;  // threads that have blocks: 1 when waking the others would take longer than they could save
  Way way_ = alone;
  std::optional<Fastest> fastest_;  // where there is a choice
};

}  // namespace gradus
