#include "gradus/engine/machine/fastest.hpp"

#include <algorithm>

#include "gradus/core/base/checked_cast.hpp"
#include "gradus/core/base/error.hpp"

namespace gradus {

Fastest::Fastest(int ways) : ways_(ways) { require(ways >= 1 && ways <= most_ways, "a choice among 1 to 4 ways"); }

void Fastest::ran(double ns) {
  constexpr int most_between = 6400;  // runs
  constexpr double slower = 1.1;      // than in the trial, in so many timed runs in a row
  constexpr int in_a_row = 3;
  if (ways_ == 1) return;
  if (trial_) return ran_in_trial(ns);
  if (runs_ % every == every - 1) slow_ = ns > slower * times_[static_cast<std::size_t>(best_)] ? slow_ + 1 : 0;
  if (++runs_ < until_trial_ && slow_ < in_a_row) return;
  if (slow_ < in_a_row) until_trial_ = std::min(2 * until_trial_, most_between);
  trial_ = true, runs_ = slow_ = way_ = 0;
}

void Fastest::ran_in_trial(double ns) {
  constexpr double long_ns = 2e6;  // beside which cold caches do not matter
  if (runs_ > 0) took_[static_cast<std::size_t>(runs_ - 1)] = ns;
  ++runs_;
  if (runs_ <= samples && ns < long_ns) return;  // the first one warmed the caches
  if (runs_ > samples) {
    std::sort(took_.begin(), took_.end());
    ns = took_[samples / 2];
  }
  end_of_way(ns);
}

void Fastest::end_of_way(double ns) {
  constexpr double clearly = 0.98;  // what is as fast stays, so that caches keep what they have
  times_[static_cast<std::size_t>(way_)] = ns;
  runs_ = 0;
  if (++way_ < ways_) return;
  const auto least = std::min_element(times_.begin(), times_.begin() + ways_);
  if (*least < clearly * times_[static_cast<std::size_t>(best_)]) best_ = checked_cast<int>(least - times_.begin());
  way_ = best_, trial_ = false;
}

}  // namespace gradus
