// An open file that is closed with its owner, and writing all of something to it.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

namespace gradus::io {

/// Owns a file descriptor; -1 is none.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();
  int number() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }
  /// Closes; returns 0 or the errno.
  int close();

 private:
  int number_;
};

/// Writes all of `bytes`; returns 0 or the errno of the write that failed. Waits where the descriptor does not block.
int write_all(int descriptor, std::span<const std::byte> bytes);
int write_all(int descriptor, std::string_view text);

}  // namespace gradus::io
