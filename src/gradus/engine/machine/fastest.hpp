// Which of several ways to do the same work is the fastest.
#pragma once

#include <array>

namespace gradus {

/// Finds out by trials, in which the ways are timed in turn: at first, again when runs become slower than they were,
/// since other programs come and go and virtual cores move, and now and then, since another way may have become faster.
/// Between trials all runs go the fastest way; trials take less than 1 % of the time.
class Fastest {
 public:
  static constexpr int most_ways = 4;
  /// `ways`: 1 to most_ways.
  explicit Fastest(int ways);

  /// The way that the next run goes, from 0.
  int way() const { return way_; }
  /// Whether the next run's time is wanted.
  bool wants_time() const { return ways_ > 1 && (trial_ || runs_ % every == every - 1); }
  /// Whether the next run only warms up: the caches, and threads that slept.
  bool warms_up() const { return trial_ && runs_ == 0; }
  /// After a run: what it took, when that was wanted.
  void ran(double ns = 0);

 private:
  static constexpr int samples = 3;  // of each way in a trial, after one to warm up
  static constexpr int every = 16;   // runs: how often one is timed between trials
  void ran_in_trial(double ns);
  void end_of_way(double ns);

  int ways_, way_ = 0, best_ = 0;
  bool trial_ = true;
  int runs_ = 0;          // of this way in the trial, or since the trial
  int slow_ = 0;          // timed runs in a row that were slower than in the trial
  int until_trial_ = 25;  // runs; threads that were just made may share a core for a while, so the first is short
  std::array<double, samples> took_{};
  std::array<double, most_ways> times_{};
};

}  // namespace gradus
