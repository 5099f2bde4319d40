#include "gradus/core/base/nearest.hpp"

#include <algorithm>
#include <cctype>

namespace gradus {
namespace {

char fold(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

/// Optimal string alignment distance; O(|a| |b|) with three rows.
size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const bool same = fold(a[i - 1]) == fold(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && fold(a[i - 1]) == fold(b[j - 2]) && fold(a[i - 2]) == fold(b[j - 1]);
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

template <class Names> std::string nearest_of(std::string_view name, const Names& candidates) {
  constexpr size_t longest_name = 256;  // a hostile name of megabytes is not worth a suggestion
  std::string best;
  size_t least = 5;
  if (name.size() > longest_name) return best;
  for (const auto& candidate : candidates) {
    if (candidate.size() > longest_name) continue;
    const size_t allowed = std::max<size_t>(1, std::max(name.size(), candidate.size()) / 3);
    const size_t distance = edit_distance(name, candidate);
    if (distance <= allowed && distance < least) least = distance, best = candidate;
  }
  return best;
}

}  // namespace

std::string nearest(std::string_view name, std::span<const std::string> candidates) {
  return nearest_of(name, candidates);
}

std::string nearest(std::string_view name, std::span<const std::string_view> candidates) {
  return nearest_of(name, candidates);
}

}  // namespace gradus
