#include "gradus/engine/machine/fastest.hpp"

#include <algorithm>

#include "gradus/core/base/error.hpp"

namespace gradus {

Fastest::Fastest(int ways) : ways_(ways) { require(ways >= 1 && ways <= most_ways, "a choice among 1 to 4 ways"); }

void Fastest::ran(double ns) {
  constexpr int most_between = 1600;  // runs
  constexpr double long_ns = 2e6;     // beside which cold caches do not matter
  if (ways_ == 1) return;
  if (!trial_) {
    if (++runs_ < until_trial_) return;
    until_trial_ = std::min(2 * until_trial_, most_between);
    trial_ = true, runs_ = 0, way_ = 0;
    return;
  }
  if (runs_ > 0) took_[static_cast<std::size_t>(runs_ - 1)] = ns;
  if (runs_++ == 0 && ns < long_ns) return;  // it warmed the caches
  if (runs_ <= samples && ns < long_ns) return;
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
  const auto all = times_.begin();
  const auto least = std::min_element(all, all + ways_);
  if (*least < clearly * times_[static_cast<std::size_t>(best_)]) best_ = static_cast<int>(least - all);
  way_ = best_, trial_ = false;
}

}  // namespace gradus
