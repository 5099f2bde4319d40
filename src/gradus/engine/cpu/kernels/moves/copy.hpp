// Copies between two arrays that are walked with strides of their own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gradus::moves {

/// An axis: so many elements, so far apart in what is read and in what is written. In elements.
struct Walk {
  std::int64_t size = 0, from = 0, to = 0;
};

/// to[at + i . to] = from[at + i . from] for all i below the sizes of `walks`.
class StridedCopy {
 public:
  /// `width`: bytes of an element: 1, 2, 4 or 8. The outermost walk comes first.
  StridedCopy(std::vector<Walk> walks, std::size_t width);
  void run(const std::byte* from, std::byte* to) const;

 private:
  /// What is done along the two innermost walks, a and then b.
  using Inner = void (*)(const Walk& a, const Walk& b, const std::byte* from, std::byte* to, std::size_t width);
  std::vector<Walk> walks_;  // two at the least, unless there is nothing to copy
  std::size_t width_;
  Inner inner_ = nullptr;
};

/// `bytes` from one place to the other, quickly where they are few.
void copy_bytes(const std::byte* from, std::byte* to, std::size_t bytes);

}  // namespace gradus::moves
