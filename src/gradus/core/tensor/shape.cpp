#include "gradus/core/tensor/shape.hpp"

#include <algorithm>

#include "gradus/core/base/error.hpp"

namespace gradus {

std::optional<std::int64_t> checked_multiply(std::int64_t a, std::int64_t b) {
  std::int64_t product = 0;
  if (a < 0 || b < 0 || __builtin_mul_overflow(a, b, &product)) return std::nullopt;
  return product;
}

Shape::Shape(std::span<const std::int64_t> sizes) {
  if (sizes.size() > max_rank) {
    throw UserError(Fault::usage,
                    Report{"shape", std::to_string(sizes.size()) + " axes", "at most 8", "reshape to fewer axes"});
  }
  std::int64_t product = 1;
  for (std::int64_t size : sizes) {
    // A zero size must not hide an overflow of the others.
    const auto next = checked_multiply(product, std::max<std::int64_t>(size, 1));
    if (size < 0 || !next || *next >> 62) {
      throw UserError(Fault::usage,
                      Report{"shape", "size " + std::to_string(size) + " on axis " + std::to_string(rank_),
                             "sizes >= 0 whose product is below 2^62", "Shape{2, 3}"});
    }
    product = *next;
    sizes_[static_cast<std::size_t>(rank_++)] = size;
  }
}

std::int64_t Shape::count() const {
  std::int64_t n = 1;
  for (std::int64_t size : *this) n *= size;
  return n;
}

Shape Shape::with(int axis, std::int64_t size) const {
  Shape out = *this;
  out.sizes_[static_cast<std::size_t>(axis)] = size;
  return Shape(out.sizes());
}

std::string to_string(const Shape& shape) {
  std::string text = "[";
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (axis) text += ',';
    text += std::to_string(shape[axis]);
  }
  return text + "]";
}

Strides strides(const Shape& shape) {
  Strides out{};
  std::int64_t stride = 1;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    out[static_cast<std::size_t>(axis)] = stride;
    stride *= shape[axis];
  }
  return out;
}

std::optional<Shape> broadcast(const Shape& a, const Shape& b) {
  std::array<std::int64_t, max_rank> sizes{};
  const int rank = std::max(a.rank(), b.rank());
  for (int axis = 0; axis < rank; ++axis) {
    const int in_a = axis - (rank - a.rank()), in_b = axis - (rank - b.rank());
    const std::int64_t size_a = in_a < 0 ? 1 : a[in_a], size_b = in_b < 0 ? 1 : b[in_b];
    if (size_a != size_b && size_a != 1 && size_b != 1) return std::nullopt;
    sizes[static_cast<std::size_t>(axis)] = size_a == 1 ? size_b : size_a;
  }
  return Shape(std::span(sizes).first(static_cast<std::size_t>(rank)));
}

Strides broadcast_strides(const Shape& from, const Shape& to) {
  const auto own = strides(from);
  Strides out{};
  for (int axis = to.rank() - from.rank(); axis < to.rank(); ++axis) {
    const int source = axis - (to.rank() - from.rank());
    out[static_cast<std::size_t>(axis)] = from[source] == 1 ? 0 : own[static_cast<std::size_t>(source)];
  }
  return out;
}

}  // namespace gradus
