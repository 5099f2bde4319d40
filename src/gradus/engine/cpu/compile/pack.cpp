#include "gradus/engine/cpu/compile/pack.hpp"

#include <algorithm>
#include <map>

#include "gradus/core/base/checked_cast.hpp"
#include "gradus/engine/cpu/kernels/block.hpp"

namespace gradus {
namespace {

/// Memory that is taken: ranges that neither touch nor overlap, by where they begin.
class Taken {
 public:
  void add(std::size_t begin, std::size_t end) {
    auto after = ranges_.upper_bound(begin);
    if (after != ranges_.begin()) {
      const auto before = std::prev(after);
      if (before->second >= begin) begin = before->first, end = std::max(end, before->second), ranges_.erase(before);
    }
    while (after != ranges_.end() && after->first <= end)
      end = std::max(end, after->second), after = ranges_.erase(after);
    ranges_.emplace_hint(after, begin, end);
  }
  /// The end of a range that overlaps [begin, end), or `begin` when there is none.
  std::size_t end_of_overlap(std::size_t begin, std::size_t end) const {
    const auto after = ranges_.lower_bound(end);
    if (after == ranges_.begin()) return begin;
    return std::max(begin, std::prev(after)->second);
  }

 private:
  std::map<std::size_t, std::size_t> ranges_;
};

/// The moments as the leaves of a binary tree. A span of moments is made of a few nodes; each knows what is taken at
/// all moments below it, and what is taken at some of them.
class Moments {
 public:
  explicit Moments(int count) {
    while (leaves_ < count) leaves_ *= 2;
    all_.resize(static_cast<std::size_t>(2 * leaves_)), some_.resize(all_.size());
  }
  void add(int first, int last, std::size_t begin, std::size_t end) { add(1, 0, leaves_ - 1, first, last, begin, end); }
  /// The lowest offset with so many bytes that nothing takes from moment `first` to `last`.
  std::size_t find(int first, int last, std::size_t bytes) {
    found_.clear();
    collect(1, 0, leaves_ - 1, first, last);
    std::size_t offset = 0;
    for (bool moved = true; moved;) {
      moved = false;
      for (const Taken* taken : found_) {
        const std::size_t next = taken->end_of_overlap(offset, offset + bytes);
        moved = moved || next != offset;
        offset = next;
      }
    }
    return offset;
  }

 private:
  static std::size_t at(int node) { return static_cast<std::size_t>(node); }
  void add(int node, int low, int high, int first, int last, std::size_t begin, std::size_t end) {
    if (last < low || high < first) return;
    some_[at(node)].add(begin, end);
    if (first <= low && high <= last) return all_[at(node)].add(begin, end);
    const int middle = (low + high) / 2;
    add(2 * node, low, middle, first, last, begin, end);
    add(2 * node + 1, middle + 1, high, first, last, begin, end);
  }
  void collect(int node, int low, int high, int first, int last) {
    if (last < low || high < first) return;
    if (first <= low && high <= last) return found_.push_back(&some_[at(node)]);
    found_.push_back(&all_[at(node)]);
    const int middle = (low + high) / 2;
    collect(2 * node, low, middle, first, last);
    collect(2 * node + 1, middle + 1, high, first, last);
  }

  int leaves_ = 1;
  std::vector<Taken> all_, some_;  // by node
  std::vector<const Taken*> found_;
};

}  // namespace

std::size_t pack(std::vector<Interval>& intervals) {
  std::sort(intervals.begin(), intervals.end(),
            [](const Interval& a, const Interval& b) { return a.bytes != b.bytes ? a.bytes > b.bytes : a.id < b.id; });
  std::vector<int> moments;  // at which some value begins; nothing changes between them
  for (const Interval& interval : intervals) moments.push_back(interval.first);
  std::sort(moments.begin(), moments.end());
  moments.erase(std::unique(moments.begin(), moments.end()), moments.end());
  const auto number = [&](int moment) {  // of the last of them up to `moment`
    return checked_cast<int>(std::upper_bound(moments.begin(), moments.end(), moment) - moments.begin()) - 1;
  };
  Moments taken(checked_cast<int>(moments.size()));
  std::size_t total = 0;
  for (Interval& interval : intervals) {
    const int first = number(interval.first), last = number(interval.last);
    const std::size_t bytes = aligned(interval.bytes);
    interval.offset = taken.find(first, last, bytes);
    if (bytes > 0) taken.add(first, last, interval.offset, interval.offset + bytes);
    total = std::max(total, interval.offset + bytes);
  }
  return total;
}

}  // namespace gradus
