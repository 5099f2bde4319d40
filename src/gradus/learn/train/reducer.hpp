// The sum over a batch from sums over some of its leaves: the tree in which kernels add leaves of rows_per_leaf rows,
// so that parts of a batch, or of its rows on other machines, give the bits of the whole.
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "gradus/core/base/error.hpp"

namespace gradus {

/// The leaves [index 2^level, (index + 1) 2^level) of a batch, from 0: complete but for the last leaf's rows.
struct Subtree {
  int level = 0;
  std::int64_t index = 0;
  friend bool operator==(const Subtree&, const Subtree&) = default;
};

/// The fewest complete subtrees that are the leaves [first, first + count), in order: what somebody who has these
/// leaves adds up, to be joined with what others have.
inline std::vector<Subtree> subtrees_of(std::int64_t first, std::int64_t count) {
  std::vector<Subtree> out;
  while (count > 0) {
    int level = 0;
    while (first % (std::int64_t{2} << level) == 0 && (std::int64_t{2} << level) <= count) ++level;
    out.push_back({level, first >> level});
    first += std::int64_t{1} << level;
    count -= std::int64_t{1} << level;
  }
  return out;
}

/// Joins sums over complete subtrees of one batch, given in the order of their leaves. Two siblings are added at once,
/// the older first; what is left at the end from the last on: the order of the kernels. Allocates nothing.
/// `Adder`: Sum add(Sum older, Sum newer), and Sum keep(Sum sum, int level), for what waits for its sibling.
template <class Sum, class Adder> class Reducer {
 public:
  explicit Reducer(Adder& adder) : adder_(adder) {}

  /// REQUIRES: the leaves after those that were put before.
  void put(Subtree of, Sum sum) {
    while (count_ > 0 && is_sibling(waiting_[count_ - 1].of, of)) {
      sum = adder_.add(std::move(waiting_[--count_].sum), std::move(sum));
      of = {of.level + 1, of.index / 2};
    }
    require(count_ < waiting_.size(), "more subtrees wait than a batch has levels");
    waiting_[count_++] = {of, std::move(sum)};
  }
  /// Keeps what was put last where it may wait, since more will come.
  void wait() {
    if (count_ == 0) return;
    Waiting& last = waiting_[count_ - 1];
    last.sum = adder_.keep(std::move(last.sum), last.of.level);
  }
  /// The sum of all. REQUIRES: something was put.
  Sum finish() {
    Sum sum = std::move(waiting_[--count_].sum);
    while (count_ > 0) sum = adder_.add(std::move(waiting_[--count_].sum), std::move(sum));
    return sum;
  }

 private:
  struct Waiting {
    Subtree of;
    Sum sum;
  };
  static bool is_sibling(const Subtree& older, const Subtree& newer) {
    return older.level == newer.level && older.index % 2 == 0 && older.index + 1 == newer.index;
  }
  static constexpr std::size_t most_levels = 64;
  Adder& adder_;
  std::array<Waiting, most_levels> waiting_{};
  std::size_t count_ = 0;
};

}  // namespace gradus
