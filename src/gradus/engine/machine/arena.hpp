// Memory for large buffers: pages of 2 MB where the system has them, so that a walk through a matrix looks up few.
#pragma once

#include <cstddef>
#include <memory>

namespace gradus {

/// Zeros at first, 64-byte aligned; from 2 MB on aligned to 2 MB and, where the system can, on pages of that size.
class Arena {
 public:
  Arena() = default;
  explicit Arena(std::size_t bytes);

  std::byte* data() const { return data_.get(); }
  std::size_t bytes() const { return bytes_; }

 private:
  struct Free {
    Free() : alignment(0) {}
    explicit Free(std::size_t of) : alignment(of) {}
    std::size_t alignment;
    void operator()(std::byte* memory) const;
  };
  std::unique_ptr<std::byte, Free> data_;
  std::size_t bytes_ = 0;
};

}  // namespace gradus
