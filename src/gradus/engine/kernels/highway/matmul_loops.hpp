// Products of matrices and transposes, for f32 and f64.
#pragma once

#include <cstdint>

namespace gradus::highway {

/// C = A B, or C + A B with `onto`: C[i, j] adds A[i, l] B[l, j] in the order of l, whatever the block around it.
/// Strides are in elements; in A and in B one of the two is 1.
struct Product {
  const void* a = nullptr;
  std::int64_t a_row = 0, a_l = 1;
  const void* b = nullptr;
  std::int64_t b_l = 0, b_column = 1;
  void* c = nullptr;
  std::int64_t c_row = 0;
  std::int64_t rows = 0, columns = 0, length = 0;  // of C; of the sums
  bool onto = false;
  void* packed = nullptr;  // packed_bytes, 64-byte aligned, when b_l is 1
};

/// Sums are cut here, so that the part of B that is in use stays in the first-level cache.
inline constexpr std::int64_t longest_part = 256;
inline constexpr std::int64_t packed_bytes = longest_part * 256;

struct MatrixLoops {
  void (*multiply)(const Product& product);
  /// to[j, i] = from[i, j] for i < rows, j < columns.
  void (*transpose)(const void* from, std::int64_t from_row, void* to, std::int64_t to_row, std::int64_t rows,
                    std::int64_t columns);
  void (*add)(void* to, const void* x, std::int64_t n);  // to += x
};

/// Of the best instruction set that this machine has.
MatrixLoops matrix_loops_f32();
MatrixLoops matrix_loops_f64();

}  // namespace gradus::highway
