// A block of C in registers while the sums run.
#pragma once

#include <cstddef>
#include <cstdint>

namespace gradus::avx512 {

inline constexpr std::int64_t most_rows = 8;      // of a block
inline constexpr std::int64_t most_columns = 32;  // two vectors

/// Where a block of C finds its terms, and what becomes of the sums.
struct Block {
  const std::byte* a = nullptr;
  std::int64_t a_row = 0, a_pair = 0;  // bytes
  const std::byte* b = nullptr;
  std::int64_t b_next = 0;  // bytes from one panel of B to the next (pack.hpp), or from row to row of B as it is stored
  float* c = nullptr;
  std::int64_t c_row = 0;
  std::uint16_t last = 0;  // lanes of the last vector that exist
  std::int64_t pairs = 0;
  bool odd = false;             // multiply alone: one more pair, whose second term A does not have
  bool onto = false;            // multiply alone: C is added to
  std::int64_t leaf_pairs = 0;  // sum alone
  std::byte* stack = nullptr;   // sum alone
};

/// How B lies: in one panel, in two, or in rows as it is stored, which are paired on the way to the registers.
enum class Right : std::uint8_t { one_panel, two_panels, rows };

/// By rows (1 .. most_rows) of the block. Of Right::rows there are 32 columns and no odd pair.
using BlockLoop = void (*)(const Block&);
BlockLoop multiply_loop(std::int64_t rows, Right right);
/// As a sum over leaves of `leaf_pairs`.
BlockLoop sum_loop(std::int64_t rows, Right right);
/// Of a block's stack: partial sums for any number of leaves below 2^32.
inline constexpr std::int64_t stack_bytes = 32 * 1024;

}  // namespace gradus::avx512
