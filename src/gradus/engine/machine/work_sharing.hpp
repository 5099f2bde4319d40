// How a team shares stretches of work. Every thread has its own items of each stretch, the same ones in every run; a
// thread that the system does not let run has its items done by the others, so that a busy core costs its own share of
// the time and no more. Who does an item never changes what comes out of it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace gradus {

/// Items that may run in any order. Thread t has those from begin[t] to begin[t + 1].
struct Stretch {
  bool serial = false;  // the caller does all of it
  std::vector<std::size_t> begin;
};

class WorkSharing {
 public:
  /// The job does item `item` of stretch `stretch` on thread `thread`. It throws nothing.
  using Job = void (*)(void* context, std::size_t stretch, std::size_t item, int thread);

  /// `spin`: how many times to look before parking.
  WorkSharing(int threads, int spin) : spin_(spin), shares_(static_cast<std::size_t>(threads)) {}

  /// On the calling thread, which is thread 0: returns when all items of all stretches are done, one stretch after the
  /// other, with denormals flushed. `wake` makes help() be called on the other threads soon after `turn()` changes.
  void run(std::span<const Stretch> stretches, Job job, void* context);

  /// On another thread of the team: does its items of the stretch that is open, if one is.
  void help(int thread);

  /// Changes whenever a stretch opens or the last one ends.
  std::atomic<unsigned>& turn() { return turn_; }

 private:
  /// What is left of a thread's items: the stretch's number, the next item and the end, in units of `unit_` items.
  struct alignas(64) Share {
    std::atomic<std::uint64_t> left{0};
    std::atomic<unsigned> started{0};  // number of the last stretch that the owner has begun
  };

  void open(std::size_t stretch);
  void work(int thread, unsigned number, std::size_t stretch);
  bool claim(Share& share, unsigned number, bool own, std::size_t& unit);
  std::size_t do_unit(std::size_t stretch, std::size_t owner, std::size_t unit, int thread);
  void finish(std::size_t stretch, std::size_t units);
  void wait(unsigned number, std::size_t stretch);
  bool rescue(unsigned number, std::size_t stretch, bool late);

  int spin_;
  std::vector<Share> shares_;
  std::span<const Stretch> stretches_;
  Job job_ = nullptr;
  void* context_ = nullptr;
  std::size_t unit_ = 1;                            // items that are claimed together
  alignas(64) std::atomic<std::uint64_t> open_{0};  // number of the stretch in the upper half, place in the lower
  std::atomic<unsigned> turn_{0};
  alignas(64) std::atomic<std::size_t> undone_{0};  // units of the open stretch
};

}  // namespace gradus
