// Matrix products with a block of C in registers, and transposes in blocks of 128-bit vectors (see matmul_loops.hpp).
#include "gradus/engine/cpu/kernels/highway/targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "gradus/engine/cpu/kernels/highway/matmul_loops.cpp"
#include "hwy/foreach_target.h"
//
#include <algorithm>
#include <array>
#include <utility>

#include "gradus/engine/cpu/kernels/highway/lanes.inl"
#include "gradus/engine/cpu/kernels/highway/matmul_loops.hpp"
#include "gradus/engine/cpu/kernels/highway/transpose.inl"

HWY_BEFORE_NAMESPACE();
namespace gradus::highway::HWY_NAMESPACE {
namespace {  // other files have templates of the same names

#if HWY_TARGET == HWY_AVX2
inline constexpr std::size_t most_rows = 6;  // 6 x 2 vectors of C, 2 of B and one of A fill 16 registers
#elif HWY_TARGET == HWY_SCALAR
inline constexpr std::size_t most_rows = 4;
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

/// The loop for blocks `columns` wide: the widest that fits.
template <class T> const BlockLoop<T>* loops_for(std::int64_t columns) {
  constexpr std::int64_t width = hn::MaxLanes(Tag<T>());
  constexpr const BlockLoops<T>& all = block_loops_of<T>;
  return columns == 4 * width   ? all.four.data()
         : columns == 2 * width ? all.two.data()
         : columns == width     ? all.one.data()
                                : all.part.data();
}

/// How many of `left` columns the next block takes, at most `widest` vectors.
template <class T> std::int64_t next_columns(std::int64_t left, std::int64_t widest) {
  constexpr std::int64_t width = hn::MaxLanes(Tag<T>());
  return left >= widest * width ? widest * width : left >= 2 * width ? 2 * width : std::min(left, width);
}

/// to[l * columns + j] = from[l * stride + j]: rows that lie far apart side by side.
template <class T>
HWY_INLINE void pack_rows(const T* from, std::int64_t stride, T* to, std::int64_t rows, std::int64_t columns) {
  constexpr std::int64_t width = hn::MaxLanes(Tag<T>());
  for (std::int64_t l = 0; l < rows; ++l, from += stride, to += columns) {
    std::int64_t j = 0;
    for (; j + width <= columns; j += width) store(load(from + j), to + j);
    if (j < columns)
      store_first(load_first(from + j, static_cast<std::size_t>(columns - j)), to + j,
                  static_cast<std::size_t>(columns - j));
  }
}

/// Lines of a strip that will be packed next, fetched a few at a time between the blocks of the strip before.
struct Ahead {
  const char* from = nullptr;
  std::int64_t stride = 0, rows = 0, bytes = 0;  // of the strip
  std::int64_t row = 0;
  HWY_INLINE void fetch(std::int64_t count) {
    for (const std::int64_t end = std::min(rows, row + count); row < end; ++row) {
      for (std::int64_t at = 0; at < bytes; at += 64) __builtin_prefetch(from + row * stride + at, 0, 2);
    }
  }
};

/// Columns j .. j + columns of C, `length` terms from l on; b_l numbers from row to row of b.
template <class T>
void multiply_panel(const Product& of, const T* b, std::int64_t b_l, std::int64_t l, std::int64_t length,
                    std::int64_t j, std::int64_t columns) {
  constexpr std::int64_t width = hn::MaxLanes(Tag<T>());
  const BlockLoop<T>* loops = loops_for<T>(columns);
  for (std::int64_t i = 0; i < of.rows;) {
    const std::int64_t rows = std::min<std::int64_t>(columns == 4 * width ? 2 : std::int64_t{most_rows}, of.rows - i);
    const T* a = static_cast<const T*>(of.a) + i * of.a_row + l * of.a_l;
    T* c = static_cast<T*>(of.c) + i * of.c_row + j;
    loops[rows - 1](of, a, b, b_l, c, length, static_cast<std::size_t>(columns));
    i += rows;
  }
}

/// Columns j .. j + columns of C, `length` terms from l on.
template <class T>
void multiply_strip(const Product& of, std::int64_t l, std::int64_t length, std::int64_t j, std::int64_t columns) {
  const T* b = static_cast<const T*>(of.b) + l * of.b_l + j * of.b_column;
  std::int64_t b_l = of.b_l;
  if (of.b_column != 1) {
    b_l = columns;
    transpose<T>(b, of.b_column, of.packed, b_l, columns, length);
    b = static_cast<const T*>(of.packed);
  }
  multiply_panel<T>(of, b, b_l, l, length, j, columns);
}

/// A strip of two panels of B, packed; the strip after it is fetched meanwhile.
template <class T>
std::int64_t multiply_packed(const Product& of, std::int64_t l, std::int64_t length, std::int64_t j) {
  constexpr std::int64_t panel = 2 * static_cast<std::int64_t>(hn::MaxLanes(Tag<T>())), size = sizeof(T);
  const T* b = static_cast<const T*>(of.b) + l * of.b_l + j;
  T* packed = static_cast<T*>(of.packed);
  Ahead ahead;
  if (j + 2 * panel < of.columns) {
    ahead = {reinterpret_cast<const char*>(b + 2 * panel), of.b_l * size, length,
             std::min(2 * panel, of.columns - j - 2 * panel) * size};
  } else if (l + length < of.length) {
    ahead = {reinterpret_cast<const char*>(b - j + length * of.b_l), of.b_l * size,
             std::min(longest_part, of.length - l - length), std::min(2 * panel, of.columns) * size};
  }
  const BlockLoop<T>* loops = loops_for<T>(panel);
  for (std::int64_t half = 0; half < 2; ++half) {
    T* const at = packed + half * length * panel;
    pack_rows<T>(b + half * panel, of.b_l, at, length, panel);
    for (std::int64_t i = 0; i < of.rows; i += std::int64_t{most_rows}) {
      const std::int64_t rows = std::min(std::int64_t{most_rows}, of.rows - i);
      const T* a = static_cast<const T*>(of.a) + i * of.a_row + l * of.a_l;
      T* c = static_cast<T*>(of.c) + i * of.c_row + j + half * panel;
      loops[rows - 1](of, a, at, panel, c, length, static_cast<std::size_t>(panel));
      ahead.fetch(length * rows / of.rows / 2 + 1);
    }
  }
  return 2 * panel;
}

template <class T> void multiply(const Product& whole) {
  constexpr std::int64_t width = hn::MaxLanes(Tag<T>());
  Product of = whole;
  const std::int64_t widest = of.rows <= 2 ? 4 : 2;  // few rows: more columns at a time hide the latency of the sums
  for (std::int64_t l = 0; l == 0 || l < of.length; l += longest_part, of.onto = true) {
    const std::int64_t length = std::min(longest_part, of.length - l);
    const bool packs = of.packed && of.b_column == 1 && of.columns >= 4 * width;
    for (std::int64_t j = 0; j < of.columns;) {
      if (packs && of.columns - j >= 4 * width) {
        j += multiply_packed<T>(of, l, length, j);
        continue;
      }
      const std::int64_t columns = next_columns<T>(of.columns - j, widest);
      multiply_strip<T>(of, l, length, j, columns);
      j += columns;
    }
  }
}

/// C' = B' A' in tiles: A is turned once, and each tile of C' when it is done.
template <class T> void multiply_turned(const Product& of) {
  const std::int64_t stride = turned_rows(of.rows);
  T* const turned = static_cast<T*>(of.packed);
  T* const tile = turned + of.length * stride;
  if (stride != of.rows) std::fill_n(turned, of.length * stride, T{0});
  transpose<T>(of.a, of.a_row, turned, stride, of.rows, of.length);
  for (std::int64_t j = 0; j < of.columns; j += turned_tile) {
    Product part;
    part.a = static_cast<const T*>(of.b) + j * of.b_column, part.a_row = of.b_column;
    part.b = turned, part.b_l = stride;
    part.c = tile, part.c_row = stride;
    part.rows = std::min(turned_tile, of.columns - j), part.columns = stride, part.length = of.length;
    multiply<T>(part);
    transpose<T>(tile, stride, static_cast<T*>(of.c) + j, of.c_row, part.rows, of.rows);
  }
}

/// A block of C as a sum over leaves: partial sums wait on a stack, two of equal height are added, the older first.
template <class T, std::size_t rows, std::size_t vectors, bool whole>
void sum_block(const Product& of, const T* a, const T* b, std::int64_t b_l, T* c, std::int64_t leaf, std::size_t part) {
  constexpr std::size_t width = hn::MaxLanes(Tag<T>()), level = rows * vectors * width;
  const auto a_row = static_cast<std::size_t>(of.a_row), c_row = static_cast<std::size_t>(of.c_row);
  T* top = static_cast<T*>(of.stack);
  for (std::int64_t first = 0, index = 0;; first += leaf, ++index) {
    Numbers<T> sums[rows][vectors];
    HWY_UNROLL(8)
    for (std::size_t i = 0; i < rows; ++i) {
      HWY_UNROLL(8)
      for (std::size_t v = 0; v < vectors; ++v) sums[i][v] = fill(T{0});
    }
    const std::int64_t end = std::min(first + leaf, of.length);
    for (std::int64_t l = first; l < end; ++l, a += of.a_l, b += b_l) {
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
    const bool last = end == of.length;
    for (std::int64_t done = index; last ? top != of.stack : done % 2 == 1; done /= 2) {
      top -= level;
      HWY_UNROLL(8)
      for (std::size_t i = 0; i < rows; ++i) {
        HWY_UNROLL(8)
        for (std::size_t v = 0; v < vectors; ++v) sums[i][v] = load(top + (i * vectors + v) * width) + sums[i][v];
      }
    }
    HWY_UNROLL(8)
    for (std::size_t i = 0; i < rows; ++i) {
      HWY_UNROLL(8)
      for (std::size_t v = 0; v < vectors; ++v) {
        if (last) store_part<whole>(sums[i][v], c + i * c_row + v * width, part);
        else store(sums[i][v], top + (i * vectors + v) * width);
      }
    }
    if (last) return;
    top += level;
  }
}

template <class T, std::size_t vectors, bool whole, std::size_t... i>
constexpr std::array<BlockLoop<T>, sizeof...(i)> sum_loops(std::index_sequence<i...>) {
  return {sum_block<T, i + 1, vectors, whole>...};
}
template <class T> struct SumLoops {
  std::array<BlockLoop<T>, 2> four = sum_loops<T, 4, true>(few_rows);
  std::array<BlockLoop<T>, most_rows> two = sum_loops<T, 2, true>(any_rows), one = sum_loops<T, 1, true>(any_rows),
                                      part = sum_loops<T, 1, false>(any_rows);
};
template <class T> constexpr SumLoops<T> sum_loops_of;

template <class T> void multiply_leaves(const Product& whole, std::int64_t leaf) {
  constexpr std::int64_t width = hn::MaxLanes(Tag<T>());
  Product of = whole;
  T* packed = static_cast<T*>(of.packed);
  if (of.pack_a) {
    pack_rows<T>(static_cast<const T*>(of.a), of.a_l, packed, of.length, of.rows);
    of.a = packed, of.a_l = of.rows;
    packed += of.length * of.rows;
  }
  for (std::int64_t j = 0; j < of.columns;) {
    const std::int64_t columns = next_columns<T>(of.columns - j, of.rows <= 2 && !of.pack_b ? 4 : 2);
    const T* b = static_cast<const T*>(of.b) + j * of.b_column;
    std::int64_t b_l = of.b_l;
    if (of.pack_b) {
      if (of.b_column != 1) transpose<T>(b, of.b_column, packed, columns, columns, of.length);
      else pack_rows<T>(b, b_l, packed, of.length, columns);
      b = packed, b_l = columns;
    }
    constexpr const SumLoops<T>& all = sum_loops_of<T>;
    const BlockLoop<T>* loops = columns == 4 * width   ? all.four.data()
                                : columns == 2 * width ? all.two.data()
                                : columns == width     ? all.one.data()
                                                       : all.part.data();
    Ahead ahead;
    if (of.pack_b && of.b_column == 1 && j + columns < of.columns) {
      constexpr std::int64_t size = sizeof(T);
      ahead = {reinterpret_cast<const char*>(static_cast<const T*>(of.b) + j + columns), of.b_l * size, of.length,
               std::min(columns, of.columns - j - columns) * size};
    }
    for (std::int64_t i = 0; i < of.rows;) {
      const std::int64_t rows = std::min<std::int64_t>(std::int64_t{most_rows}, of.rows - i);
      loops[rows - 1](of, static_cast<const T*>(of.a) + i * of.a_row, b, b_l, static_cast<T*>(of.c) + i * of.c_row + j,
                      leaf, static_cast<std::size_t>(columns));
      ahead.fetch(of.length * rows / of.rows + 1);
      i += rows;
    }
    j += columns;
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

template <class T>
constexpr MatrixLoops matrix_loops{multiply<T>, multiply_turned<T>, multiply_leaves<T>, transpose<T>, add<T>};

}  // namespace

MatrixLoops matrix_f32() { return matrix_loops<float>; }
MatrixLoops matrix_f64() { return matrix_loops<double>; }

}  // namespace gradus::highway::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "gradus/engine/cpu/kernels/highway/dispatch.hpp"
namespace gradus::highway {
namespace {
HWY_EXPORT(matrix_f32);
HWY_EXPORT(matrix_f64);
}  // namespace
MatrixLoops matrix_loops_f32() { return GRADUS_DISPATCH(matrix_f32)(); }
MatrixLoops matrix_loops_f64() { return GRADUS_DISPATCH(matrix_f64)(); }
}  // namespace gradus::highway
#endif
