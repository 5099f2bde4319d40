// Memory for large buffers: pages of 2 MB where the system has them, so that a walk through a matrix looks up few.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace gradus {

/// Zeros at first, 64-byte aligned; from 2 MB on aligned to 2 MB and, where the system can, on pages of that size.
class Arena {
 public:
  Arena() = default;
  /// `alignment`: at least.
  explicit Arena(std::size_t bytes, std::size_t alignment = 64);

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

/// Pieces of memory as one. Small ones lie side by side from the beginning of a page on, in the order in which they
/// were added: how they lie to one another, on which it depends whether loads wait for stores, is the same in every
/// process.
class Pieces {
 public:
  /// `*piece` is set by make(): zeros, 64-byte aligned, in whole cache lines.
  void add(std::byte** piece, std::size_t bytes) { pieces_.push_back({piece, bytes}); }
  void make();
  /// The first small piece begins so many bytes later in its page: behind the small pieces of others.
  void skip(std::size_t bytes) { skipped_ = bytes; }
  /// Of the small ones that were added, before make().
  std::size_t small_bytes() const;

 private:
  struct Piece {
    std::byte** at;
    std::size_t bytes;
  };
  static std::size_t whole_lines(std::size_t bytes);
  std::vector<Piece> pieces_;
  std::size_t skipped_ = 0;
  Arena small_;
  std::vector<Arena> large_;  // from 128 KB on: each by itself
};

}  // namespace gradus
