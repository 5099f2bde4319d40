// A convolution of one image (see conv_loops.hpp): the sums of a block stay in registers through all taps.
#include "gradus/engine/cpu/kernels/highway/targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "gradus/engine/cpu/kernels/highway/conv_loops.cpp"
#include "hwy/foreach_target.h"
//
#include <algorithm>
#include <array>
#include <utility>

#include "gradus/engine/cpu/kernels/highway/conv_loops.hpp"
#include "gradus/engine/cpu/kernels/highway/lanes.inl"
#include "gradus/engine/cpu/kernels/highway/transpose.inl"

HWY_BEFORE_NAMESPACE();
namespace gradus::highway::HWY_NAMESPACE {
namespace {  // other files have templates of the same names

#if HWY_TARGET == HWY_AVX2
inline constexpr std::size_t most_outs = 6;     // 6 x 2 sums, 2 vectors of the source and a weight fill 16 registers
inline constexpr std::size_t most_pixels = 12;  // and so do 12 sums
#elif HWY_TARGET == HWY_SCALAR
inline constexpr std::size_t most_outs = 4, most_pixels = 6;
#else
inline constexpr std::size_t most_outs = 8;
inline constexpr std::size_t most_pixels = 14;
#endif

template <class T> constexpr std::int64_t lanes() { return static_cast<std::int64_t>(hn::MaxLanes(Tag<T>())); }

/// The first `count` numbers of a vector, or all where it has no more.
template <class T> HWY_INLINE void store_part(Numbers<T> x, T* to, std::int64_t count) {
  if (count >= lanes<T>()) store(x, to);
  else store_first(x, to, static_cast<std::size_t>(count));
}

/// Columns one after another.
template <class T> void copy_in_order(const T* from, std::int64_t columns, T* to) {
  std::int64_t j = 0;
  for (; j + lanes<T>() <= columns; j += lanes<T>()) store(load(from + j), to + j);
  if (j < columns) {
    const auto part = static_cast<std::size_t>(columns - j);
    store_first(load_first(from + j, part), to + j, part);
  }
}

/// Every second column from the first on, one after another at `to`; those between at `next`, or nowhere.
template <class T> void copy_two_runs(const T* from, std::int64_t columns, T* to, T* next) {
#if HWY_TARGET != HWY_SCALAR
  const Tag<T> d;
  constexpr std::int64_t width = lanes<T>();
  for (std::int64_t j = 0; j < columns; j += 2 * width) {
    const std::int64_t left = columns - j;
    const auto part = [&](std::int64_t before) HWY_ATTR {
      if (left >= before + width) return load(from + j + before);
      return left > before ? load_first(from + j + before, static_cast<std::size_t>(left - before)) : fill(T{0});
    };
    const auto a = part(0).v, b = part(width).v;
    store_part(Numbers<T>{hn::ConcatEven(d, b, a)}, to + j / 2, (left + 1) / 2);
    if (next) store_part(Numbers<T>{hn::ConcatOdd(d, b, a)}, next + j / 2, left / 2);
  }
#else
  for (std::int64_t j = 0; j < columns; ++j) {
    if (j % 2 == 0) to[j / 2] = from[j];
    else if (next) next[j / 2] = from[j];
  }
#endif
}

template <class T> void copy_row(const Correlation& of, const T* from, T* to) {
  const std::int32_t* const place_of = of.place_of.data();
  if (of.in_place_order) return copy_in_order(from, of.source_columns, to + place_of[0]);
  if (of.in_two_runs) {
    return copy_two_runs(from, of.source_columns, to + place_of[0], place_of[1] < 0 ? nullptr : to + place_of[1]);
  }
  for (std::int64_t j = 0; j < of.source_columns; ++j) {
    if (place_of[j] >= 0) to[place_of[j]] = from[j];
  }
}

template <class T> void copy(const Correlation& of, const void* image, void* to) {
  const T* from = static_cast<const T*>(image);
  T* row = static_cast<T*>(to);
  for (std::int64_t plane = 0; plane < of.groups * of.ins; ++plane) {
    for (std::int64_t i = 0; i < of.source_rows; ++i, from += of.source_columns, row += of.row_stride) {
      if (of.reads_row[static_cast<std::size_t>(i)]) copy_row(of, from, row);
    }
  }
}

/// Blocks of `most_outs` channels, or by_channels of a vector: [n][k][l][channel of the block].
template <class T> void pack(const Correlation& of, const void* weights, void* packed) {
  T* to = static_cast<T*>(packed);
  const std::int64_t wide = of.by_channels ? lanes<T>() : static_cast<std::int64_t>(most_outs), taps = of.taps();
  const std::int32_t* const tap_of = of.tap_of.data();
  for (std::int64_t g = 0; g < of.groups; ++g) {
    const T* from = static_cast<const T*>(weights) + g * of.weight_group;
    for (std::int64_t first = 0; first < of.outs; first += wide) {
      const std::int64_t there = std::min(wide, of.outs - first), all = of.by_channels ? wide : there;
      for (std::int64_t n = 0; n < of.ins; ++n, to += taps * all) {
        for (std::int64_t m = 0; m < all; ++m) {
          const T* kernel = from + (first + m) * of.weight_m + n * of.weight_n;
          for (std::int64_t tap = 0; tap < taps; ++tap) to[tap * all + m] = m < there ? kernel[tap_of[tap]] : T{0};
        }
      }
    }
  }
}

/// A vector of columns of one row of the output.
struct Unit {
  const std::int32_t* row_of;  // its row's
  std::int64_t column;
  std::int64_t place;  // in the output's plane
  std::size_t part;    // how many of its numbers there are
};

template <class T> HWY_INLINE void store_unit(Numbers<T> x, T* p, std::size_t part) {
  if (part == static_cast<std::size_t>(lanes<T>())) store(x, p);
  else store_first(x, p, part);
}

/// `outs` channels of `units` units.
template <class T, std::size_t outs, std::size_t units>
void correlate_block(const Correlation& of, const T* planes, const T* zeros, const T* weights, const Unit* at, T* out) {
  Numbers<T> sums[outs][units];
  HWY_UNROLL(8)
  for (std::size_t m = 0; m < outs; ++m) {
    HWY_UNROLL(8)
    for (std::size_t u = 0; u < units; ++u) sums[m][u] = fill(T{0});
  }
  const auto columns = static_cast<std::size_t>(of.kernel_columns);
  const std::int32_t* const column_of = of.column_of.data();
  const std::int64_t kernel_rows = of.kernel_rows, row_stride = of.row_stride;
  for (std::int64_t n = 0; n < of.ins; ++n, planes += of.plane()) {
    for (std::int64_t k = 0; k < kernel_rows; ++k, weights += columns * outs) {
      const T* from[units];
      bool none = true;
      for (std::size_t u = 0; u < units; ++u) {
        const std::int64_t row = at[u].row_of[k];
        from[u] = (row < 0 ? zeros : planes + row * row_stride) + at[u].column;
        none = none && row < 0;
      }
      if (none) continue;
      const T* w = weights;
      for (std::size_t l = 0; l < columns; ++l, w += outs) {
        Numbers<T> x[units];
        HWY_UNROLL(8)
        for (std::size_t u = 0; u < units; ++u) x[u] = load(from[u] + column_of[l]);
        HWY_UNROLL(8)
        for (std::size_t m = 0; m < outs; ++m) {
          const Numbers<T> weight = fill(w[m]);
          HWY_UNROLL(8)
          for (std::size_t u = 0; u < units; ++u) sums[m][u] = multiply_add(weight, x[u], sums[m][u]);
        }
      }
    }
  }
  const std::int64_t plane = of.out_plane();
  HWY_UNROLL(8)
  for (std::size_t m = 0; m < outs; ++m) {
    HWY_UNROLL(8)
    for (std::size_t u = 0; u < units; ++u) {
      store_unit(sums[m][u], out + static_cast<std::int64_t>(m) * plane + at[u].place, at[u].part);
    }
  }
}

template <class T> using BlockLoop = void (*)(const Correlation&, const T*, const T*, const T*, const Unit*, T*);
template <class T, std::size_t units, std::size_t... m>
constexpr std::array<BlockLoop<T>, sizeof...(m)> block_loops(std::index_sequence<m...>) {
  return {correlate_block<T, m + 1, units>...};
}
template <class T> struct BlockLoops {
  std::array<BlockLoop<T>, most_outs> two = block_loops<T, 2>(std::make_index_sequence<most_outs>()),
                                      one = block_loops<T, 1>(std::make_index_sequence<most_outs>());
};
template <class T> constexpr BlockLoops<T> block_loops_of;

template <class T> Unit unit_of(const Correlation& of, std::int64_t unit, std::int64_t a_row) {
  const std::int64_t row = unit / a_row, column = unit % a_row * lanes<T>();
  return {of.row_of.data() + row * of.kernel_rows, column, row * of.out_columns + column,
          static_cast<std::size_t>(std::min(lanes<T>(), of.out_columns - column))};
}

/// One group of channels, columns in vectors.
template <class T>
void correlate_columns(const Correlation& of, const T* planes, const T* zeros, const T* packed, T* out) {
  const std::int64_t a_row = (of.out_columns + lanes<T>() - 1) / lanes<T>(), units = of.out_rows * a_row;
  constexpr const BlockLoops<T>& all = block_loops_of<T>;
  for (std::int64_t u = 0; u < units; u += 2) {
    const bool two = u + 1 < units;
    const Unit at[2] = {unit_of<T>(of, u, a_row), two ? unit_of<T>(of, u + 1, a_row) : Unit{}};
    for (std::int64_t m = 0; m < of.outs; m += static_cast<std::int64_t>(most_outs)) {
      const auto outs = static_cast<std::size_t>(std::min(static_cast<std::int64_t>(most_outs), of.outs - m));
      (two ? all.two : all.one)[outs - 1](of, planes, zeros, packed + m * of.ins * of.taps(), at,
                                          out + m * of.out_plane());
    }
  }
}

/// A vector of channels of `pixels` columns of a row.
template <class T, std::size_t pixels>
void correlate_pixels(const Correlation& of, const T* planes, const T* weights, const Unit& at, T* tile) {
  constexpr auto width = static_cast<std::size_t>(hn::MaxLanes(Tag<T>()));
  Numbers<T> sums[pixels];
  HWY_UNROLL(16)
  for (std::size_t p = 0; p < pixels; ++p) sums[p] = fill(T{0});
  const auto columns = static_cast<std::size_t>(of.kernel_columns);
  for (std::int64_t n = 0; n < of.ins; ++n, planes += of.plane()) {
    for (std::int64_t k = 0; k < of.kernel_rows; ++k, weights += columns * width) {
      const std::int64_t row = at.row_of[k];
      if (row < 0) continue;
      const T* from = planes + row * of.row_stride + at.column;
      const T* w = weights;
      for (std::size_t l = 0; l < columns; ++l, w += width) {
        const Numbers<T> weight = load(w);
        const T* x = from + of.column_of[l];
        HWY_UNROLL(16)
        for (std::size_t p = 0; p < pixels; ++p) sums[p] = multiply_add(fill(x[p]), weight, sums[p]);
      }
    }
  }
  HWY_UNROLL(16)
  for (std::size_t p = 0; p < pixels; ++p) store(sums[p], tile + p * width);
}

template <class T> using PixelLoop = void (*)(const Correlation&, const T*, const T*, const Unit&, T*);
template <class T, std::size_t... p>
constexpr std::array<PixelLoop<T>, sizeof...(p)> pixel_loops(std::index_sequence<p...>) {
  return {correlate_pixels<T, p + 1>...};
}
template <class T>
constexpr std::array<PixelLoop<T>, most_pixels> pixel_loops_of =
    pixel_loops<T>(std::make_index_sequence<most_pixels>());

/// One group of channels, output channels in vectors.
template <class T> void correlate_channels(const Correlation& of, const T* planes, const T* packed, T* tile, T* out) {
  // Rows in parts of nearly equal length.
  const std::int64_t parts =
      (of.out_columns + static_cast<std::int64_t>(most_pixels) - 1) / static_cast<std::int64_t>(most_pixels);
  for (std::int64_t m = 0; m < of.outs; m += lanes<T>(), packed += lanes<T>() * of.ins * of.taps()) {
    T* to = tile;
    for (std::int64_t i = 0; i < of.out_rows; ++i) {
      for (std::int64_t part = 0; part < parts; ++part) {
        const std::int64_t first = part * of.out_columns / parts, end = (part + 1) * of.out_columns / parts;
        const Unit at{of.row_of.data() + i * of.kernel_rows, first, 0, 0};
        pixel_loops_of<T>[static_cast<std::size_t>(end - first - 1)](of, planes, packed, at, to);
        to += (end - first) * lanes<T>();
      }
    }
    transpose<T>(tile, lanes<T>(), out + m * of.out_plane(), of.out_plane(), of.out_plane(),
                 std::min(lanes<T>(), of.outs - m));
  }
}

template <class T>
void correlate(const Correlation& of, const void* copied, const void* packed, void* tile, void* out) {
  const T* planes = static_cast<const T*>(copied);
  const T* zeros = planes + of.groups * of.ins * of.plane();
  const std::int64_t weights = packed_size(of, lanes<T>()) / of.groups;
  for (std::int64_t g = 0; g < of.groups; ++g) {
    const T* source = planes + g * of.ins * of.plane();
    const T* w = static_cast<const T*>(packed) + g * weights;
    T* to = static_cast<T*>(out) + g * of.outs * of.out_plane();
    if (of.by_channels) correlate_channels(of, source, w, static_cast<T*>(tile), to);
    else correlate_columns(of, source, zeros, w, to);
  }
}

/// A row of two phases of columns.
template <class T> void weave_two(const T* even, const T* odd, std::int64_t columns, T* to) {
  std::int64_t j = 0;
#if HWY_TARGET != HWY_SCALAR
  const Tag<T> d;
  constexpr std::int64_t width = lanes<T>();
  for (; j + 2 * width <= columns; j += 2 * width) {
    hn::StoreInterleaved2(hn::LoadU(d, even + j / 2), hn::LoadU(d, odd + j / 2), d, to + j);
  }
  if (const std::int64_t left = columns - j; left > 2) {
    HWY_ALIGN T both[static_cast<std::size_t>(2 * width)];
    const auto part = [](const T* from, std::int64_t n)
                          HWY_ATTR { return n == width ? load(from) : load_first(from, static_cast<std::size_t>(n)); };
    hn::StoreInterleaved2(part(even + j / 2, (left + 1) / 2).v, part(odd + j / 2, left / 2).v, d, both);
    store_part(load(both), to + j, left);
    if (left > width) store_part(load(both + width), to + j + width, left - width);
    j = columns;
  }
#endif
  for (; j < columns; ++j) to[j] = (j % 2 == 0 ? even : odd)[j / 2];
}

template <class T> void weave(const Weave& of, const void* phases, void* image) {
  const T* const all = static_cast<const T*>(phases);
  T* to = static_cast<T*>(image);
  for (std::int64_t plane = 0; plane < of.planes; ++plane) {
    for (std::int64_t i = 0; i < of.rows; ++i, to += of.columns) {
      const std::int64_t phase = i % of.row_stride,
                         row = plane * of.phase_rows[static_cast<std::size_t>(phase)] + i / of.row_stride;
      const auto row_of = [&](std::int64_t column_phase) {
        const auto c = static_cast<std::size_t>(column_phase);
        return all + of.first[static_cast<std::size_t>(phase * of.column_stride) + c] + row * of.phase_columns[c];
      };
      if (of.column_stride == 1) {
        std::copy_n(row_of(0), of.columns, to);
      } else if (of.column_stride == 2) {
        weave_two(row_of(0), row_of(1), of.columns, to);
      } else {
        for (std::int64_t j = 0; j < of.columns; ++j) to[j] = row_of(j % of.column_stride)[j / of.column_stride];
      }
    }
  }
}

}  // namespace

ConvLoops conv_f32() { return {lanes<float>(), copy<float>, pack<float>, correlate<float>, weave<float>}; }
ConvLoops conv_f64() { return {lanes<double>(), copy<double>, pack<double>, correlate<double>, weave<double>}; }

}  // namespace gradus::highway::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "gradus/engine/cpu/kernels/highway/dispatch.hpp"
namespace gradus::highway {
namespace {
HWY_EXPORT(conv_f32);
HWY_EXPORT(conv_f64);
}  // namespace
ConvLoops conv_loops_f32() { return GRADUS_DISPATCH(conv_f32)(); }
ConvLoops conv_loops_f64() { return GRADUS_DISPATCH(conv_f64)(); }
}  // namespace gradus::highway
#endif
