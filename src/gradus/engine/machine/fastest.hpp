// Which of several ways to do the same work is the fastest.
#pragma once

#include <array>
#include <cstdint>

namespace gradus {

/// Finds out by timing the ways in turn: at first, and again now and then, since other programs come and go and virtual
/// cores move. Between two trials all runs go the fastest way; trials cost less than 1 % of the time.
class Fastest {
 public:
  static constexpr int most_ways = 4;
  /// `ways`: 1 to most_ways.
  explicit Fastest(int ways);

  /// The way that the next run goes, from 0.
  int way() const { return way_; }
  /// Whether the next run's time is wanted.
  bool wants_time() const { return trial_ && ways_ > 1; }
  /// After a run: what it took, when that was wanted.
  void ran(double ns = 0);

 private:
  static constexpr int samples = 3;  // of each way in a trial, after one to warm up
  void end_of_way(double ns);

  int ways_, way_ = 0, best_ = 0;
  int until_trial_ = 25;  // runs; threads that were just made may share a core for a while, so the first is short
  bool trial_ = true;
  int runs_ = 0;  // of this way in the trial, or since the trial
  std::array<double, samples> took_{};
  std::array<double, most_ways> times_{};
};

}  // namespace gradus
