// Small tensors in vector registers: element e lies in lane e % 16 of vector e / 16. Shapes, transposes and broadcasts
// are only maps of element numbers, until somebody asks for a vector of certain elements. avx512 only.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "gradus/core/tensor/shape.hpp"
#include "gradus/engine/cpu/kernels/asmjit/numbers.hpp"

namespace gradus::jit {

inline constexpr int width = 16;
inline constexpr std::int64_t any = -1;  // no matter which element, or none

/// Which element each lane of a vector is to hold.
using Elements = std::array<std::int64_t, width>;

struct Lanes {
  Shape shape;
  Form form = Form::f32;            // f64: of single numbers only
  int operand = -1;                 // in memory, or in `vectors`
  bool bytes = false;               // memory of u8; in registers these are numbers too
  std::int64_t stored = 1;          // elements in memory or in vectors
  std::vector<int> vectors{};       // lines
  std::vector<std::int64_t> map{};  // element of the shape -> stored element; empty: the same
  bool everywhere = false;          // one number, in all lanes of its vector

  std::int64_t count() const { return shape.count(); }
  std::int64_t vector_count() const { return (count() + width - 1) / width; }
};

/// Consecutive elements from 16 `vector` on; `any` beyond the last. Of one element: that in all lanes.
Elements consecutive(std::int64_t count, std::int64_t vector);

/// A line with these elements of x. f64: all of them the one there is.
int fetch(Code& code, const Lanes& x, Elements elements);
/// About how many instructions that takes.
int fetch_cost(const Lanes& x, Elements elements);

/// The same elements, seen through a map: element e of `shape` is element map[e] of x.
Lanes view(const Lanes& x, const Shape& shape, std::vector<std::int64_t> map);
/// x as an operand of elementwise ops over `shape`.
Lanes broadcast_view(const Lanes& x, const Shape& shape);

/// Lane i of the result is the sum of all lanes of line i. At most 16 lines; lanes beyond them: undefined.
int sum_lanes(Code& code, std::vector<int> lines);

}  // namespace gradus::jit
