// The different texts of a column, numbered.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace gradus::data {

/// Numbers texts in order of first appearance. Open addressing over the list, so that every text is stored once.
class Distinct {
 public:
  /// Number of `text` in `texts`, which is added when it is new. REQUIRES: always the same `texts`.
  std::int32_t number_of(std::string_view text, std::vector<std::string>& texts) {
    if (2 * (texts.size() + 1) > slots_.size()) grow(texts);
    const std::size_t slot = find(text, texts);
    if (slots_[slot] < 0) {
      slots_[slot] = static_cast<std::int32_t>(texts.size());
      texts.emplace_back(text);
    }
    return slots_[slot];
  }

 private:
  std::size_t find(std::string_view text, const std::vector<std::string>& texts) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t slot = std::hash<std::string_view>{}(text)&mask;
    while (slots_[slot] >= 0 && texts[static_cast<std::size_t>(slots_[slot])] != text) slot = (slot + 1) & mask;
    return slot;
  }

  void grow(const std::vector<std::string>& texts) {
    slots_.assign(slots_.empty() ? 64 : 2 * slots_.size(), -1);
    for (std::size_t i = 0; i < texts.size(); ++i) slots_[find(texts[i], texts)] = static_cast<std::int32_t>(i);
  }

  std::vector<std::int32_t> slots_;  // a power of two of them; -1: free
};

}  // namespace gradus::data
