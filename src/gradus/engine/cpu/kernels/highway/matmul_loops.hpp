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
  /// Room for a packed part of B, packed_bytes: needed when b_l is 1, wanted when its rows lie far apart.
  void* packed = nullptr;
  /// multiply_leaves() alone: which matrices to pack, into length * (rows, if A, + 2 vectors, if B) numbers; and room
  /// for stack_bytes.
  bool pack_a = false, pack_b = false;
  void* stack = nullptr;
};

/// Sums are cut here, so that the part of B that is in use stays in the first-level cache.
inline constexpr std::int64_t longest_part = 256;
inline constexpr std::int64_t packed_bytes = longest_part * 256;

/// multiply_turned(): rows of a turned A, in whole vectors; columns of C that are computed at a time.
constexpr std::int64_t turned_rows(std::int64_t rows) { return (rows + 15) / 16 * 16; }
inline constexpr std::int64_t turned_tile = 64;
/// multiply_leaves(): partial sums of one block for any number of leaves below 2^32.
inline constexpr std::int64_t stack_bytes = 32 * 1024;

struct MatrixLoops {
  void (*multiply)(const Product& product);
  /// The same where b_l is 1, for many rows: `packed` has room for turned_rows(rows) * (length + turned_tile) numbers.
  void (*multiply_turned)(const Product& product);
  /// The same as a sum over leaves of `leaf` terms each, added in a binary tree. `onto` is not read; pack_b is set
  /// where b_l is 1.
  void (*multiply_leaves)(const Product& product, std::int64_t leaf);
  /// to[j, i] = from[i, j] for i < rows, j < columns.
  void (*transpose)(const void* from, std::int64_t from_row, void* to, std::int64_t to_row, std::int64_t rows,
                    std::int64_t columns);
  void (*add)(void* to, const void* x, std::int64_t n);  // to += x
};

/// Of the best instruction set that this machine has.
MatrixLoops matrix_loops_f32();
MatrixLoops matrix_loops_f64();

}  // namespace gradus::highway
