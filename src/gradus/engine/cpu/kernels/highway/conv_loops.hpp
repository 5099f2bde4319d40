// Inner loops of convolution on images whose rows have been copied into scratch with room for padding, so that every
// vector is whole and every shift by a tap is an unaligned load.
#pragma once

#include <cstdint>
#include <vector>

namespace gradus::highway {

/// out[m][i][j] = sum over n, k, l of weight(m, n, k, l) * source[n][row_of[i, k]][column_of[l] + j]: a convolution, or
/// its gradient by the input, where the source is the gradient by the output.
struct Correlation {
  std::int64_t groups = 1, outs = 0, ins = 0;  // channels a group
  std::int64_t kernel_rows = 1, kernel_columns = 1, out_rows = 1, out_columns = 1;
  std::int64_t source_rows = 1, source_columns = 1;
  std::int64_t row_stride = 0;              // numbers from one row of the copy to the next
  std::vector<std::int32_t> row_of;         // [out_rows][kernel_rows]; -1: a row of zeros
  std::vector<std::int32_t> column_of;      // [kernel_columns]
  std::vector<std::int32_t> place_of;       // [source_columns]: where a column lies in its row of the copy; -1: nowhere
  std::vector<char> reads_row;              // [source_rows]: the others need not be copied
  std::vector<std::int32_t> tap_of;         // [kernel_rows * kernel_columns]: which weight of a kernel it is
  bool in_place_order = false;              // place_of counts up by one
  bool in_two_runs = false;                 // place_of of every second column does, or these are nowhere
  bool unit_columns = false;                // column_of does
  std::int64_t weight_m = 0, weight_n = 0;  // strides of the weights; those of a kernel are side by side
  std::int64_t weight_group = 0;            // from one group's to the next
  bool by_channels = false;                 // vectors of output channels, not of columns

  std::int64_t taps() const { return kernel_rows * kernel_columns; }
  std::int64_t plane() const { return source_rows * row_stride; }
  /// Numbers of the copy of one image: all its planes, and a row of zeros.
  std::int64_t copy_size() const { return groups * ins * plane() + row_stride; }
  std::int64_t out_plane() const { return out_rows * out_columns; }
  std::int64_t group_weights() const { return outs * ins * taps(); }
};

/// Images put together from their phases: element i of an axis with stride s is element i / s of phase i % s.
struct Weave {
  std::int64_t planes = 0, rows = 1, columns = 1;  // of the image
  std::int64_t row_stride = 1, column_stride = 1;
  std::vector<std::int64_t> first;          // [row_stride][column_stride]: where the phase's planes begin
  std::vector<std::int64_t> phase_rows;     // [row_stride]
  std::vector<std::int64_t> phase_columns;  // [column_stride]
};

struct ConvLoops {
  std::int64_t lanes = 1;
  /// Copies one image into planes that were zero, or held another image.
  void (*copy)(const Correlation& of, const void* image, void* planes);
  /// Weights in the order in which correlate reads them: packed_size numbers.
  void (*pack)(const Correlation& of, const void* weights, void* packed);
  /// One image. `tile`: room for out_plane() x lanes numbers, used by_channels.
  void (*correlate)(const Correlation& of, const void* planes, const void* packed, void* tile, void* out);
  void (*weave)(const Weave& of, const void* phases, void* image);
};

/// Numbers that pack writes.
inline std::int64_t packed_size(const Correlation& of, std::int64_t lanes) {
  const std::int64_t outs = of.by_channels ? (of.outs + lanes - 1) / lanes * lanes : of.outs;
  return of.groups * outs * of.ins * of.taps();
}

struct ConvWeightLoops {
  std::int64_t lanes = 1;
  /// Adds one image to `sums`, which is [groups][outs][ins][taps] vectors of columns, or by_channels
  /// [groups][outs / lanes][ins][taps] vectors of output channels. `turned`, by_channels: room for
  /// out_plane() x outs rounded up to lanes.
  void (*add)(const Correlation& of, const void* planes, const void* gradient, void* turned, void* sums);
  /// The gradient that the sums hold.
  void (*finish)(const Correlation& of, const void* sums, void* out);
};

/// Vectors in `sums`.
inline std::int64_t sum_vectors(const Correlation& of, std::int64_t lanes) {
  return of.groups * (of.by_channels ? (of.outs + lanes - 1) / lanes : of.outs) * of.ins * of.taps();
}

ConvLoops conv_loops_f32();
ConvLoops conv_loops_f64();
ConvWeightLoops conv_weight_loops_f32();
ConvWeightLoops conv_weight_loops_f64();

}  // namespace gradus::highway
