// Pooling of two columns at a time: windows 2 wide, 2 apart, without padding, of any height.
#pragma once

#include <cstdint>

namespace gradus::highway {

/// Rows of windows: window row r covers rows r * height .. + height of the image, whose rows are `columns` numbers; the
/// windows of a row are at columns 0, 2, ..., and `count` in number. All planes lie one after another.
struct PoolShape {
  std::int64_t planes = 0, rows = 0, columns = 0;  // of the image; rows of a plane
  std::int64_t window_rows = 0, count = 0;         // of a plane; windows of a row
  std::int64_t height = 1;                         // of a window
};

/// out: [planes][window_rows][count]; x, v, and the result of the scatters: [planes][rows][columns].
struct PoolLoops {
  void (*max)(const PoolShape& of, const void* x, void* out);
  void (*select)(const PoolShape& of, const void* x, const void* v, void* out);
  void (*scatter)(const PoolShape& of, const void* x, const void* dy, void* out);
  void (*average)(const PoolShape& of, const void* x, void* out);
  void (*spread)(const PoolShape& of, const void* dy, void* out);
};

PoolLoops pool_loops_f32();
PoolLoops pool_loops_f64();

}  // namespace gradus::highway
