// The gradient of a convolution by its weights (see conv_loops.hpp): image by image into vectors of sums.
#include "gradus/engine/cpu/kernels/highway/targets.hpp"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "gradus/engine/cpu/kernels/highway/conv_weight_loops.cpp"
#include "hwy/foreach_target.h"
//
#include <algorithm>
#include <array>
#include <atomic>
#include <utility>

#include "gradus/engine/cpu/kernels/highway/conv_loops.hpp"
#include "gradus/engine/cpu/kernels/highway/lanes.inl"
#include "gradus/engine/cpu/kernels/highway/transpose.inl"

HWY_BEFORE_NAMESPACE();
namespace gradus::highway::HWY_NAMESPACE {
namespace {  // other files have templates of the same names

// Sums in registers: channels x taps of columns; kernel rows x columns of channels.
#if HWY_TARGET == HWY_AVX2
inline constexpr std::array<std::size_t, 3> most_outs{6, 4, 3};        // by taps, 1 to 3
inline constexpr std::array<std::size_t, 5> most_rows{8, 6, 4, 3, 2};  // by the columns of a kernel row, 1 to 5
#elif HWY_TARGET == HWY_SCALAR
inline constexpr std::array<std::size_t, 2> most_outs{4, 2};
inline constexpr std::array<std::size_t, 5> most_rows{4, 2, 2, 2, 2};
#else
inline constexpr std::array<std::size_t, 4> most_outs{8, 8, 8, 6};
inline constexpr std::array<std::size_t, 5> most_rows{8, 8, 8, 6, 5};
#endif
inline constexpr std::size_t largest_outs = 8;  // of most_outs

template <class T> constexpr std::int64_t lanes() { return static_cast<std::int64_t>(hn::MaxLanes(Tag<T>())); }

template <class T> struct Image {
  const T *planes, *zeros, *gradient;  // of one group
};

/// `outs` channels of the gradient from m on, with taps `tap` to tap + taps of input channel n.
template <class T, std::size_t outs, std::size_t taps>
void add_columns(const Correlation& of, const Image<T>& image, std::int64_t m, std::int64_t n, std::int64_t tap,
                 T* all) {
  constexpr auto width = static_cast<std::size_t>(hn::MaxLanes(Tag<T>()));
  const auto stride = static_cast<std::size_t>(of.ins * of.taps()) * width;
  T* const at = all + static_cast<std::size_t>((m * of.ins + n) * of.taps() + tap) * width;
  Numbers<T> sums[outs][taps];
  HWY_UNROLL(8)
  for (std::size_t o = 0; o < outs; ++o) {
    HWY_UNROLL(8)
    for (std::size_t t = 0; t < taps; ++t) sums[o][t] = load(at + o * stride + t * width);
  }
  const auto columns = static_cast<std::size_t>(of.out_columns), plane = static_cast<std::size_t>(of.out_plane());
  const T* dy = image.gradient + static_cast<std::size_t>(m) * plane;
  const T* const source = image.planes + n * of.plane();
  const std::int32_t* row_of[taps];  // of each tap, in the first row
  std::int64_t column_of[taps];
  for (std::size_t t = 0; t < taps; ++t) {
    const std::int64_t place = tap + static_cast<std::int64_t>(t);
    row_of[t] = of.row_of.data() + place / of.kernel_columns;
    column_of[t] = of.column_of[static_cast<std::size_t>(place % of.kernel_columns)];
  }
  const std::int64_t row_stride = of.row_stride, kernel_rows = of.kernel_rows;
  for (std::int64_t i = 0; i < of.out_rows; ++i, dy += columns) {
    const T* from[taps];
    for (std::size_t t = 0; t < taps; ++t) {
      const std::int64_t row = row_of[t][i * kernel_rows];
      from[t] = (row < 0 ? image.zeros : source + row * row_stride) + column_of[t];
    }
    const auto add = [&](std::size_t j, auto read) HWY_ATTR {
      Numbers<T> x[taps];  // fewer than the channels, so that all fits in registers
      HWY_UNROLL(8)
      for (std::size_t t = 0; t < taps; ++t) x[t] = read(from[t] + j);
      HWY_UNROLL(8)
      for (std::size_t o = 0; o < outs; ++o) {
        const Numbers<T> g = read(dy + o * plane + j);
        HWY_UNROLL(8)
        for (std::size_t t = 0; t < taps; ++t) sums[o][t] = multiply_add(g, x[t], sums[o][t]);
      }
    };
    std::size_t j = 0;
    for (; j + width <= columns; j += width) add(j, [](const T* p) HWY_ATTR { return load(p); });
    if (j < columns) add(j, [&](const T* p) HWY_ATTR { return load_first(p, columns - j); });
  }
  HWY_UNROLL(8)
  for (std::size_t o = 0; o < outs; ++o) {
    HWY_UNROLL(8)
    for (std::size_t t = 0; t < taps; ++t) store(sums[o][t], at + o * stride + t * width);
  }
}

template <class T>
using ColumnLoop = void (*)(const Correlation&, const Image<T>&, std::int64_t, std::int64_t, std::int64_t, T*);
template <class T, std::size_t taps, std::size_t... o>
constexpr std::array<ColumnLoop<T>, largest_outs> loops_by_outs(std::index_sequence<o...>) {
  return {add_columns<T, o + 1, taps>...};
}
template <class T, std::size_t... t>
constexpr std::array<std::array<ColumnLoop<T>, largest_outs>, sizeof...(t)> column_loops(std::index_sequence<t...>) {
  return {loops_by_outs<T, t + 1>(std::make_index_sequence<most_outs[t]>())...};
}
template <class T>
constexpr std::array<std::array<ColumnLoop<T>, largest_outs>, most_outs.size()> column_loops_of =
    column_loops<T>(std::make_index_sequence<most_outs.size()>());

/// Taps at a time: such that none is left alone, where that can be.
std::int64_t taps_at_a_time(std::int64_t taps) {
  constexpr auto most = static_cast<std::int64_t>(most_outs.size());
  const std::int64_t turns = (taps + most - 1) / most;
  return (taps + turns - 1) / turns;
}

template <class T> void add_group_by_columns(const Correlation& of, const Image<T>& image, T* sums) {
  const std::int64_t taps = taps_at_a_time(of.taps());
  for (std::int64_t n = 0; n < of.ins; ++n) {
    for (std::int64_t tap = 0; tap < of.taps(); tap += taps) {
      const auto t = static_cast<std::size_t>(std::min(taps, of.taps() - tap));
      const auto outs = static_cast<std::int64_t>(most_outs[t - 1]);
      for (std::int64_t m = 0; m < of.outs; m += outs) {
        const auto o = static_cast<std::size_t>(std::min(outs, of.outs - m));
        column_loops_of<T>[t - 1][o - 1](of, image, m, n, tap, sums);
      }
    }
  }
}

/// A vector of output channels with `columns` taps from `column` on of `rows` kernel rows, which count through the
/// input channels from `row` on. The gradient is [pixel][channel], `stride` from one pixel to the next.
template <class T, std::size_t columns, std::size_t rows>
void add_channels(const Correlation& of, const Image<T>& image, std::int64_t stride, std::int64_t row,
                  std::int64_t column, T* all) {
  constexpr auto width = static_cast<std::size_t>(hn::MaxLanes(Tag<T>()));
  const auto row_sums = static_cast<std::size_t>(of.kernel_columns) * width;
  T* const at = all + static_cast<std::size_t>(row) * row_sums + static_cast<std::size_t>(column) * width;
  Numbers<T> sums[rows][columns];
  HWY_UNROLL(8)
  for (std::size_t r = 0; r < rows; ++r) {
    HWY_UNROLL(8)
    for (std::size_t c = 0; c < columns; ++c) sums[r][c] = load(at + r * row_sums + c * width);
  }
  const T* dy = image.gradient;
  const std::int32_t* row_of[rows];  // of each kernel row, in the first row
  const T* plane_of[rows];
  for (std::size_t r = 0; r < rows; ++r) {
    const std::int64_t place = row + static_cast<std::int64_t>(r);
    row_of[r] = of.row_of.data() + place % of.kernel_rows;
    plane_of[r] = image.planes + place / of.kernel_rows * of.plane();
  }
  const std::int64_t first = of.column_of[static_cast<std::size_t>(column)];
  for (std::int64_t i = 0; i < of.out_rows; ++i) {
    const T* from[rows];
    for (std::size_t r = 0; r < rows; ++r) {
      const std::int64_t source = row_of[r][i * of.kernel_rows];
      from[r] = (source < 0 ? image.zeros : plane_of[r] + source * of.row_stride) + first;
    }
    for (std::int64_t j = 0; j < of.out_columns; ++j, dy += stride) {
      // Or compilers keep what the next column reads too, for which there are no registers.
      std::atomic_signal_fence(std::memory_order_seq_cst);
      const Numbers<T> g = load(dy);
      HWY_UNROLL(8)
      for (std::size_t r = 0; r < rows; ++r) {
        HWY_UNROLL(8)
        for (std::size_t c = 0; c < columns; ++c) {
          sums[r][c] = multiply_add(fill(from[r][static_cast<std::size_t>(j) + c]), g, sums[r][c]);
        }
      }
    }
  }
  HWY_UNROLL(8)
  for (std::size_t r = 0; r < rows; ++r) {
    HWY_UNROLL(8)
    for (std::size_t c = 0; c < columns; ++c) store(sums[r][c], at + r * row_sums + c * width);
  }
}

template <class T>
using ChannelLoop = void (*)(const Correlation&, const Image<T>&, std::int64_t, std::int64_t, std::int64_t, T*);
template <class T, std::size_t columns, std::size_t... r>
constexpr std::array<ChannelLoop<T>, 8> loops_by_rows(std::index_sequence<r...>) {
  return {add_channels<T, columns, r + 1>...};
}
template <class T, std::size_t... c>
constexpr std::array<std::array<ChannelLoop<T>, 8>, sizeof...(c)> channel_loops(std::index_sequence<c...>) {
  return {loops_by_rows<T, c + 1>(std::make_index_sequence<most_rows[c]>())...};
}
template <class T>
constexpr std::array<std::array<ChannelLoop<T>, 8>, most_rows.size()> channel_loops_of =
    channel_loops<T>(std::make_index_sequence<most_rows.size()>());

template <class T> void add_group_by_channels(const Correlation& of, Image<T> image, T* turned, T* sums) {
  const std::int64_t stride = (of.outs + lanes<T>() - 1) / lanes<T>() * lanes<T>(), rows = of.ins * of.kernel_rows;
  transpose<T>(image.gradient, of.out_plane(), turned, stride, of.outs, of.out_plane());
  const std::int64_t widest = of.unit_columns ? static_cast<std::int64_t>(most_rows.size()) : 1;
  for (std::int64_t m = 0; m < of.outs; m += lanes<T>(), sums += lanes<T>() * of.ins * of.taps()) {
    image.gradient = turned + m;
    for (std::int64_t column = 0; column < of.kernel_columns;) {
      const auto columns = static_cast<std::size_t>(std::min(widest, of.kernel_columns - column)) - 1;
      for (std::int64_t row = 0; row < rows;) {
        const auto there =
            static_cast<std::size_t>(std::min(static_cast<std::int64_t>(most_rows[columns]), rows - row));
        channel_loops_of<T>[columns][there - 1](of, image, stride, row, column, sums);
        row += static_cast<std::int64_t>(there);
      }
      column += static_cast<std::int64_t>(columns) + 1;
    }
  }
}

template <class T> void add(const Correlation& of, const void* copied, const void* gradient, void* turned, void* sums) {
  const T* planes = static_cast<const T*>(copied);
  T* to = static_cast<T*>(sums);
  const std::int64_t group_sums = sum_vectors(of, lanes<T>()) / of.groups * lanes<T>();
  for (std::int64_t g = 0; g < of.groups; ++g, to += group_sums) {
    const Image<T> image{planes + g * of.ins * of.plane(), planes + of.groups * of.ins * of.plane(),
                         static_cast<const T*>(gradient) + g * of.outs * of.out_plane()};
    if (of.by_channels) add_group_by_channels(of, image, static_cast<T*>(turned), to);
    else add_group_by_columns(of, image, to);
  }
}

template <class T> void finish(const Correlation& of, const void* all, void* out) {
  const T* sums = static_cast<const T*>(all);
  T* to = static_cast<T*>(out);
  if (!of.by_channels) {
    for (std::int64_t i = 0; i < of.groups * of.group_weights(); ++i, sums += lanes<T>()) {
      to[i] = hn::GetLane(hn::SumOfLanes(Tag<T>(), load(sums).v));
    }
    return;
  }
  const std::int64_t each = of.ins * of.taps();
  for (std::int64_t g = 0; g < of.groups; ++g) {
    for (std::int64_t m = 0; m < of.outs; m += lanes<T>(), sums += lanes<T>() * each) {
      const std::int64_t there = std::min(lanes<T>(), of.outs - m);
      transpose<T>(sums, lanes<T>(), to, each, each, there);
      to += there * each;
    }
  }
}

}  // namespace

ConvWeightLoops conv_weight_f32() { return {lanes<float>(), add<float>, finish<float>}; }
ConvWeightLoops conv_weight_f64() { return {lanes<double>(), add<double>, finish<double>}; }

}  // namespace gradus::highway::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "gradus/engine/cpu/kernels/highway/dispatch.hpp"
namespace gradus::highway {
namespace {
HWY_EXPORT(conv_weight_f32);
HWY_EXPORT(conv_weight_f64);
}  // namespace
ConvWeightLoops conv_weight_loops_f32() { return GRADUS_DISPATCH(conv_weight_f32)(); }
ConvWeightLoops conv_weight_loops_f64() { return GRADUS_DISPATCH(conv_weight_f64)(); }
}  // namespace gradus::highway
#endif
