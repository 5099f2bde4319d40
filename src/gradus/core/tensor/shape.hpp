// Sizes of a tensor, outermost first (row-major).
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>

namespace gradus {

inline constexpr int max_rank = 8;

/// a * b, or nothing when it does not fit (a, b >= 0). Every size that comes from a file goes through this.
std::optional<std::int64_t> checked_multiply(std::int64_t a, std::int64_t b);

/// Up to 8 sizes, each >= 0, whose product fits in 62 bits; no allocation. [] is a scalar.
class Shape {
 public:
  Shape() = default;
  Shape(std::initializer_list<std::int64_t> sizes) : Shape(std::span(sizes.begin(), sizes.size())) {}
  /// Throws UserError for more than 8 sizes, a negative size, or a product that does not fit.
  explicit Shape(std::span<const std::int64_t> sizes);

  int rank() const { return rank_; }
  std::int64_t operator[](int axis) const { return sizes_[static_cast<std::size_t>(axis)]; }
  const std::int64_t* begin() const { return sizes_.data(); }
  const std::int64_t* end() const { return sizes_.data() + rank_; }
  std::span<const std::int64_t> sizes() const { return {begin(), static_cast<std::size_t>(rank_)}; }
  /// Number of elements; 1 for a scalar.
  std::int64_t count() const;
  /// Size of the last axis; 1 for a scalar.
  std::int64_t last() const { return rank_ ? sizes_[static_cast<std::size_t>(rank_ - 1)] : 1; }
  /// The same shape with one size replaced.
  Shape with(int axis, std::int64_t size) const;

  friend bool operator==(const Shape& a, const Shape& b) = default;

 private:
  std::array<std::int64_t, max_rank> sizes_{};  // zero beyond rank_, so that == compares shapes
  int rank_ = 0;
};

/// "[2,3]"
std::string to_string(const Shape& shape);

using Strides = std::array<std::int64_t, max_rank>;

/// Row-major strides in elements.
Strides strides(const Shape& shape);

/// The shape that NumPy's rule gives to both together, or nothing when they do not fit.
std::optional<Shape> broadcast(const Shape& a, const Shape& b);

/// Strides of `from` walked in the order of `to`'s axes (0 along repeated axes). REQUIRES: from broadcasts to `to`.
Strides broadcast_strides(const Shape& from, const Shape& to);

}  // namespace gradus
