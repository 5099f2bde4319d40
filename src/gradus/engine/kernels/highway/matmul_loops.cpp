// Matrix products with a block of C in registers, and transposes in blocks of 128-bit vectors (see matmul_loops.hpp).
#include "gradus/engine/kernels/highway/targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "gradus/engine/kernels/highway/matmul_loops.cpp"
#include "hwy/foreach_target.h"
//
#include <algorithm>
#include <array>
#include <utility>

#include "gradus/engine/kernels/highway/lanes.inl"
#include "gradus/engine/kernels/highway/matmul_loops.hpp"

HWY_BEFORE_NAMESPACE();
namespace gradus::highway::HWY_NAMESPACE {

#if HWY_TARGET == HWY_AVX2
inline constexpr std::size_t most_rows = 6;  // 6 x 2 vectors of C, 2 of B and one of A fill 16 registers
#else
inline constexpr std::size_t most_rows = 8;
#endif

/// A vector of B or C: whole, or its first `part` numbers.
template <bool whole, class T> HWY_INLINE Numbers<T> load_part(const T* p, std::size_t part) {
  if constexpr (whole) return load(p);
  else return load_first(p, part);
}
template <bool whole, class T> HWY_INLINE void store_part(Numbers<T> x, T* p, std::size_t part) {
  if constexpr (whole) store(x, p);
  else store_first(x, p, part);
}

/// `rows` rows of C by `vectors` vectors, or (not whole) by the first `part` numbers of one.
template <class T, std::size_t rows, std::size_t vectors, bool whole>
void multiply_block(const Product& of, const T* a, const T* b, std::int64_t b_l, T* c, std::int64_t length,
                    std::size_t part) {
  constexpr std::size_t width = hn::MaxLanes(Tag<T>());
  const auto a_row = static_cast<std::size_t>(of.a_row), c_row = static_cast<std::size_t>(of.c_row);
  Numbers<T> sums[rows][vectors];
  HWY_UNROLL(8)
  for (std::size_t i = 0; i < rows; ++i) {
    HWY_UNROLL(8)
    for (std::size_t v = 0; v < vectors; ++v) {
      sums[i][v] = of.onto ? load_part<whole>(c + i * c_row + v * width, part) : fill(T{0});
    }
  }
  const std::int64_t a_l = of.a_l;
  for (std::int64_t l = 0; l < length; ++l, a += a_l, b += b_l) {
    Numbers<T> right[vectors];
    HWY_UNROLL(8)
    for (std::size_t v = 0; v < vectors; ++v) right[v] = load_part<whole>(b + v * width, part);
    HWY_UNROLL(8)
    for (std::size_t i = 0; i < rows; ++i) {
      const Numbers<T> left = fill(a[i * a_row]);
      HWY_UNROLL(8)
      for (std::size_t v = 0; v < vectors; ++v) sums[i][v] = multiply_add(left, right[v], sums[i][v]);
    }
  }
  HWY_UNROLL(8)
  for (std::size_t i = 0; i < rows; ++i) {
    HWY_UNROLL(8)
    for (std::size_t v = 0; v < vectors; ++v) store_part<whole>(sums[i][v], c + i * c_row + v * width, part);
  }
}

template <class T>
using BlockLoop = void (*)(const Product&, const T*, const T*, std::int64_t, T*, std::int64_t, std::size_t);

/// By the number of rows, from 1 on.
template <class T, std::size_t vectors, bool whole, std::size_t... i>
constexpr std::array<BlockLoop<T>, sizeof...(i)> block_loops(std::index_sequence<i...>) {
  return {multiply_block<T, i + 1, vectors, whole>...};
}
constexpr std::make_index_sequence<most_rows> any_rows;
constexpr std::make_index_sequence<2> few_rows;

template <class T> struct BlockLoops {
  std::array<BlockLoop<T>, 2> four = block_loops<T, 4, true>(few_rows);
  std::array<BlockLoop<T>, most_rows> two = block_loops<T, 2, true>(any_rows), one = block_loops<T, 1, true>(any_rows),
                                      part = block_loops<T, 1, false>(any_rows);
};
template <class T> constexpr BlockLoops<T> block_loops_of;

template <class T>
void transpose(const void* from, std::int64_t from_row, void* to, std::int64_t to_row, std::int64_t rows,
               std::int64_t columns);

/// Columns j .. j + columns of C, `length` terms from l on.
template <class T>
void multiply_strip(const Product& of, std::int64_t l, std::int64_t length, std::int64_t j, std::int64_t columns) {
  constexpr std::int64_t width = hn::MaxLanes(Tag<T>());
  const T* b = static_cast<const T*>(of.b) + l * of.b_l + j * of.b_column;
  std::int64_t b_l = of.b_l;
  if (of.b_column != 1) {
    b_l = columns;
    transpose<T>(b, of.b_column, of.packed, b_l, columns, length);
    b = static_cast<const T*>(of.packed);
  }
  constexpr const BlockLoops<T>& all = block_loops_of<T>;
  const BlockLoop<T>* loops = columns == 4 * width   ? all.four.data()
                              : columns == 2 * width ? all.two.data()
                              : columns == width     ? all.one.data()
                                                     : all.part.data();
  for (std::int64_t i = 0; i < of.rows;) {
    const std::int64_t rows = std::min<std::int64_t>(columns == 4 * width ? 2 : std::int64_t{most_rows}, of.rows - i);
    const T* a = static_cast<const T*>(of.a) + i * of.a_row + l * of.a_l;
    T* c = static_cast<T*>(of.c) + i * of.c_row + j;
    loops[rows - 1](of, a, b, b_l, c, length, static_cast<std::size_t>(columns));
    i += rows;
  }
}

template <class T> void multiply(const Product& whole) {
  constexpr std::int64_t width = hn::MaxLanes(Tag<T>());
  Product of = whole;
  const std::int64_t widest = of.rows <= 2 ? 4 : 2;  // few rows: more columns at a time hide the latency of the sums
  for (std::int64_t l = 0; l == 0 || l < of.length; l += longest_part, of.onto = true) {
    const std::int64_t length = std::min(longest_part, of.length - l);
    for (std::int64_t j = 0; j < of.columns;) {
      const std::int64_t left = of.columns - j;
      const std::int64_t columns = left >= widest * width ? widest * width
                                   : left >= 2 * width    ? 2 * width
                                                          : std::min(left, width);
      multiply_strip<T>(of, l, length, j, columns);
      j += columns;
    }
  }
}

#if HWY_TARGET == HWY_SCALAR
template <class T> inline constexpr std::size_t square_side = 1;
template <class T> HWY_INLINE void transpose_square(const T* from, std::int64_t, T* to, std::int64_t) { *to = *from; }
#else
template <class T> inline constexpr std::size_t square_side = 16 / sizeof(T);

/// A square as wide as a 128-bit vector.
template <class T> HWY_INLINE void transpose_square(const T* from, std::int64_t from_row, T* to, std::int64_t to_row) {
  constexpr std::size_t side = square_side<T>;
  const hn::CappedTag<T, side> d;
  if constexpr (side == 4) {
    const auto a = hn::LoadU(d, from), b = hn::LoadU(d, from + from_row), c = hn::LoadU(d, from + 2 * from_row),
               e = hn::LoadU(d, from + 3 * from_row);
    const auto ac = hn::InterleaveLower(d, a, c), be = hn::InterleaveLower(d, b, e);
    const auto ac_upper = hn::InterleaveUpper(d, a, c), be_upper = hn::InterleaveUpper(d, b, e);
    hn::StoreU(hn::InterleaveLower(d, ac, be), d, to);
    hn::StoreU(hn::InterleaveUpper(d, ac, be), d, to + to_row);
    hn::StoreU(hn::InterleaveLower(d, ac_upper, be_upper), d, to + 2 * to_row);
    hn::StoreU(hn::InterleaveUpper(d, ac_upper, be_upper), d, to + 3 * to_row);
  } else {
    const auto a = hn::LoadU(d, from), b = hn::LoadU(d, from + from_row);
    hn::StoreU(hn::InterleaveLower(d, a, b), d, to);
    hn::StoreU(hn::InterleaveUpper(d, a, b), d, to + to_row);
  }
}
#endif

template <class T>
void transpose(const void* from, std::int64_t from_row, void* to, std::int64_t to_row, std::int64_t rows,
               std::int64_t columns) {
  constexpr auto side = static_cast<std::int64_t>(square_side<T>);
  constexpr std::int64_t tile = 32;  // both tiles stay in the first-level cache
  const T* x = static_cast<const T*>(from);
  T* y = static_cast<T*>(to);
  for (std::int64_t i0 = 0; i0 < rows; i0 += tile) {
    const std::int64_t i_end = std::min(rows, i0 + tile), i_squares = i0 + (i_end - i0) / side * side;
    for (std::int64_t j0 = 0; j0 < columns; j0 += tile) {
      const std::int64_t j_end = std::min(columns, j0 + tile), j_squares = j0 + (j_end - j0) / side * side;
      for (std::int64_t i = i0; i < i_squares; i += side) {
        for (std::int64_t j = j0; j < j_squares; j += side) {
          transpose_square<T>(x + i * from_row + j, from_row, y + j * to_row + i, to_row);
        }
        for (std::int64_t j = j_squares; j < j_end; ++j) {
          for (std::int64_t k = i; k < i + side; ++k) y[j * to_row + k] = x[k * from_row + j];
        }
      }
      for (std::int64_t i = i_squares; i < i_end; ++i) {
        for (std::int64_t j = j0; j < j_end; ++j) y[j * to_row + i] = x[i * from_row + j];
      }
    }
  }
}

template <class T> void add(void* to, const void* x, std::int64_t n) {
  constexpr std::int64_t width = hn::MaxLanes(Tag<T>());
  T* y = static_cast<T*>(to);
  const T* from = static_cast<const T*>(x);
  std::int64_t i = 0;
  for (; i + width <= n; i += width) store(load(y + i) + load(from + i), y + i);
  for (; i < n; ++i) y[i] += from[i];
}

template <class T> constexpr MatrixLoops matrix_loops{multiply<T>, transpose<T>, add<T>};

MatrixLoops matrix_f32() { return matrix_loops<float>; }
MatrixLoops matrix_f64() { return matrix_loops<double>; }

}  // namespace gradus::highway::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gradus::highway {
namespace {
HWY_EXPORT(matrix_f32);
HWY_EXPORT(matrix_f64);
}  // namespace
MatrixLoops matrix_loops_f32() { return HWY_DYNAMIC_DISPATCH(matrix_f32)(); }
MatrixLoops matrix_loops_f64() { return HWY_DYNAMIC_DISPATCH(matrix_f64)(); }
}  // namespace gradus::highway
#endif
