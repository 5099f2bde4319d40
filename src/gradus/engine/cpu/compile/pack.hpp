// Memory for values that come and go: those alive at once lie apart.
#pragma once

#include <cstddef>
#include <vector>

namespace gradus {

/// A value alive at all moments from `first` to `last`.
struct Interval {
  int id = 0;  // smaller ones first, of equal size
  int first = 0, last = 0;
  std::size_t bytes = 0;
  std::size_t offset = 0;  // set by pack()
};

/// First fit, largest first: each value lies at the lowest offset, in whole lines of 64 bytes, where nothing placed
/// before lies that is alive at a moment of its own. Returns the bytes needed. Takes n log^2 n steps where values fill
/// what is below them, whatever the moments.
std::size_t pack(std::vector<Interval>& intervals);

}  // namespace gradus
