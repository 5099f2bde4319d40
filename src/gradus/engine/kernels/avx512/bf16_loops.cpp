// A block of C stays in registers while the sums run; B is packed strip by strip (see pack.hpp), as is A where it is
// stored transposed.
#include "gradus/engine/kernels/avx512/bf16_loops.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "gradus/engine/kernels/avx512/pack.hpp"
#include "gradus/engine/kernels/avx512/vectors.hpp"

#ifdef GRADUS_AVX512_BF16
#include <immintrin.h>

namespace gradus::avx512 {
namespace {

constexpr std::size_t most_rows = 8;
/// Terms of a strip of B in the first-level cache. Even, so that a cut falls between pairs.
constexpr std::int64_t longest_part = 256;

/// Up to most_rows rows of C by one to four vectors.
struct Block {
  const std::byte* a = nullptr;
  std::int64_t a_row = 0, a_pair = 0;  // bytes
  const std::byte* b = nullptr;
  std::int64_t panel = 0;  // bytes from one panel of B to the next
  float* c = nullptr;
  std::int64_t c_row = 0;
  __mmask16 last = 0;  // lanes of the last vector that exist
  std::int64_t pairs = 0;
  bool odd = false;   // multiply_block: one more pair, whose second term A does not have
  bool onto = false;  // multiply_block: C is added to
  std::int64_t leaf_pairs = 0;
  std::byte* stack = nullptr;  // sum_block
};

template <std::size_t rows, std::size_t vectors> using Sums = __m512[rows][vectors];

template <std::size_t rows, std::size_t vectors> GRADUS_AVX512_BF16_INLINE void clear(Sums<rows, vectors>& sums) {
  GRADUS_UNROLL
  for (std::size_t i = 0; i < rows; ++i) {
    GRADUS_UNROLL
    for (std::size_t v = 0; v < vectors; ++v) sums[i][v] = _mm512_setzero_ps();
  }
}

/// Adds one pair of terms.
template <std::size_t rows, std::size_t vectors, class Left>
GRADUS_AVX512_BF16_INLINE void add_pair(Sums<rows, vectors>& sums, const Block& of, const std::byte* a,
                                        const std::byte* b) {
  __m512bh right[vectors];
  GRADUS_UNROLL
  for (std::size_t v = 0; v < vectors; ++v) {
    right[v] = reinterpret_cast<__m512bh>(_mm512_load_si512(b + static_cast<std::int64_t>(v) * of.panel));
  }
  GRADUS_UNROLL
  for (std::size_t i = 0; i < rows; ++i) {
    Left numbers;  // one term or two
    std::memcpy(&numbers, a + static_cast<std::int64_t>(i) * of.a_row, sizeof(numbers));
    const auto left = reinterpret_cast<__m512bh>(_mm512_set1_epi32(static_cast<std::int32_t>(numbers)));
    GRADUS_UNROLL
    for (std::size_t v = 0; v < vectors; ++v) sums[i][v] = _mm512_dpbf16_ps(sums[i][v], left, right[v]);
  }
}

/// Loads or stores vector v of a row of C.
template <std::size_t vectors> GRADUS_AVX512_BF16_INLINE __m512 load(const float* row, std::size_t v, __mmask16 last) {
  const float* at = row + v * static_cast<std::size_t>(panel_columns);
  return v + 1 == vectors ? _mm512_maskz_loadu_ps(last, at) : _mm512_loadu_ps(at);
}
template <std::size_t vectors>
GRADUS_AVX512_BF16_INLINE void store(__m512 x, float* row, std::size_t v, __mmask16 last) {
  float* at = row + v * static_cast<std::size_t>(panel_columns);
  if (v + 1 == vectors && last != 0xffff) _mm512_mask_storeu_ps(at, last, x);
  else _mm512_storeu_ps(at, x);
}

template <std::size_t rows, std::size_t vectors> GRADUS_AVX512_BF16 void multiply_block(const Block& of) {
  Sums<rows, vectors> sums;
  clear<rows, vectors>(sums);
  if (of.onto) {
    GRADUS_UNROLL
    for (std::size_t i = 0; i < rows; ++i) {
      GRADUS_UNROLL
      for (std::size_t v = 0; v < vectors; ++v) {
        sums[i][v] = load<vectors>(of.c + static_cast<std::int64_t>(i) * of.c_row, v, of.last);
      }
    }
  }
  const std::byte *a = of.a, *b = of.b;
  const std::int64_t a_pair = of.a_pair;
  for (std::int64_t p = of.pairs; p > 0; --p, a += a_pair, b += pair_bytes) {
    add_pair<rows, vectors, std::uint32_t>(sums, of, a, b);
  }
  if (of.odd) add_pair<rows, vectors, std::uint16_t>(sums, of, a, b);
  GRADUS_UNROLL
  for (std::size_t i = 0; i < rows; ++i) {
    GRADUS_UNROLL
    for (std::size_t v = 0; v < vectors; ++v) {
      store<vectors>(sums[i][v], of.c + static_cast<std::int64_t>(i) * of.c_row, v, of.last);
    }
  }
}

/// As a sum over leaves: partial sums wait on a stack, two of equal height are added, the older first.
template <std::size_t rows, std::size_t vectors> GRADUS_AVX512_BF16 void sum_block(const Block& of) {
  constexpr std::size_t level = rows * vectors;
  auto* const bottom = reinterpret_cast<__m512*>(of.stack);
  __m512* top = bottom;
  const std::byte *a = of.a, *b = of.b;
  for (std::int64_t first = 0, index = 0;; first += of.leaf_pairs, ++index) {
    Sums<rows, vectors> sums;
    clear<rows, vectors>(sums);
    const std::int64_t end = std::min(first + of.leaf_pairs, of.pairs);
    for (std::int64_t p = first; p < end; ++p, a += of.a_pair, b += pair_bytes) {
      add_pair<rows, vectors, std::uint32_t>(sums, of, a, b);
    }
    const bool last = end == of.pairs;
    for (std::int64_t done = index; last ? top != bottom : done % 2 == 1; done /= 2) {
      top -= level;
      GRADUS_UNROLL
      for (std::size_t i = 0; i < rows; ++i) {
        GRADUS_UNROLL
        for (std::size_t v = 0; v < vectors; ++v) sums[i][v] = _mm512_add_ps(top[i * vectors + v], sums[i][v]);
      }
    }
    GRADUS_UNROLL
    for (std::size_t i = 0; i < rows; ++i) {
      GRADUS_UNROLL
      for (std::size_t v = 0; v < vectors; ++v) {
        if (last) store<vectors>(sums[i][v], of.c + static_cast<std::int64_t>(i) * of.c_row, v, of.last);
        else top[i * vectors + v] = sums[i][v];
      }
    }
    if (last) return;
    top += level;
  }
}

using BlockLoop = void (*)(const Block&);
using BlockLoops = std::array<BlockLoop, most_rows>;  // by the number of rows, from 1 on

template <std::size_t vectors, std::size_t... i> constexpr BlockLoops multiply_loops(std::index_sequence<i...>) {
  return {multiply_block<i + 1, vectors>...};
}
template <std::size_t vectors, std::size_t... i> constexpr BlockLoops sum_loops(std::index_sequence<i...>) {
  return {sum_block<i + 1, vectors>...};
}
constexpr std::make_index_sequence<most_rows> any_rows;
constexpr std::array<BlockLoops, 2> all_multiply = {multiply_loops<1>(any_rows), multiply_loops<2>(any_rows)};
constexpr std::array<BlockLoops, 2> all_sum = {sum_loops<1>(any_rows), sum_loops<2>(any_rows)};

constexpr std::int64_t two_panels = 2 * panel_columns;  // columns that a block of C has, at most
/// Columns of B that are packed at a time where sums run in order: A is read once for all of them.
constexpr std::int64_t strip = 4 * two_panels;
/// Numbers of B that are taken to lie in the second-level cache.
constexpr std::int64_t most_near = 128 * 1024;

/// The loops for a block of `columns`, and the lanes of its last vector.
const BlockLoop* loops_for(const std::array<BlockLoops, 2>& all, std::int64_t columns, Block& block) {
  const std::int64_t rest = columns % panel_columns;
  block.last = static_cast<__mmask16>(rest == 0 ? 0xffff : (1 << rest) - 1);
  return all[columns > panel_columns ? 1 : 0].data();
}

/// A part of B as it is stored: terms l .. l + terms of columns j .. j + columns.
struct Part {
  std::int64_t l = 0, terms = 0, j = 0, columns = 0;
};

void pack_b(const Bf16Product& of, const Part& part, std::byte* to, std::int64_t panel) {
  const Bf16* from = of.b + part.l * of.b_l + part.j * of.b_column;
  if (of.b_column == 1) pack_rows(from, of.b_l, part.terms, part.columns, to, panel);
  else pack_columns(from, of.b_column, part.terms, part.columns, to, panel);
}

/// Lines of the part that will be packed next, fetched a few at a time between the blocks of the part before.
class Ahead {
 public:
  Ahead(const Bf16Product& of, const Part& part) {
    constexpr auto size = static_cast<std::int64_t>(sizeof(Bf16));
    const bool by_rows = of.b_column == 1;
    at_ = reinterpret_cast<const char*>(of.b + part.l * of.b_l + part.j * of.b_column);
    stride_ = (by_rows ? of.b_l : of.b_column) * size;
    left_ = by_rows ? part.terms : part.columns;
    bytes_ = (by_rows ? part.columns : part.terms) * size;
  }
  /// One of `shares` equal shares.
  void fetch(std::int64_t share, std::int64_t shares) {
    for (const std::int64_t end = left_ * (share + 1) / shares; done_ < end; ++done_, at_ += stride_) {
      for (std::int64_t byte = 0; byte < bytes_; byte += 64) __builtin_prefetch(at_ + byte, 0, 2);
    }
  }

 private:
  const char* at_;
  std::int64_t stride_, left_, bytes_, done_ = 0;
};

}  // namespace

bool has_bf16_products() {
  static const bool has = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                          __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bf16");
  return has;
}

namespace {

/// All rows of C for a part of B, which lies packed in scratch.
void multiply_part(const Bf16Product& of, const Part& part, Ahead ahead) {
  constexpr auto size = static_cast<std::int64_t>(sizeof(Bf16));
  Block block;
  block.a_row = of.a_row * size, block.a_pair = 2 * size, block.c_row = of.c_row;
  block.pairs = part.terms / 2, block.odd = part.terms % 2 == 1, block.onto = part.l > 0;
  block.panel = pairs_of(part.terms) * pair_bytes;
  for (std::int64_t i = 0; i < of.rows; i += std::int64_t{most_rows}) {
    const std::int64_t rows = std::min(std::int64_t{most_rows}, of.rows - i);
    block.a = reinterpret_cast<const std::byte*>(of.a + i * of.a_row + part.l);
    for (std::int64_t j = 0; j < part.columns; j += two_panels) {
      const BlockLoop* loops = loops_for(all_multiply, std::min(two_panels, part.columns - j), block);
      block.b = of.scratch + j / panel_columns * block.panel;
      block.c = of.c + i * of.c_row + part.j + j;
      loops[rows - 1](block);
    }
    ahead.fetch(i / std::int64_t{most_rows}, (of.rows + std::int64_t{most_rows} - 1) / std::int64_t{most_rows});
  }
}

}  // namespace

std::size_t multiply_bytes(std::int64_t columns, std::int64_t length) {
  return static_cast<std::size_t>(panels_of(std::min(columns, strip)) * pairs_of(std::min(length, longest_part)) *
                                  pair_bytes);
}

void multiply(const Bf16Product& of) {
  const bool far = of.length * of.columns > most_near;
  const auto part_at = [&](std::int64_t l, std::int64_t j) -> Part {
    return {l, std::min(longest_part, of.length - l), j, std::min(strip, of.columns - j)};
  };
  for (std::int64_t j = 0; j < of.columns; j += strip) {
    for (std::int64_t l = 0; l == 0 || l < of.length; l += longest_part) {
      const Part part = part_at(l, j);
      Part next;
      if (far && l + longest_part < of.length) next = part_at(l + longest_part, j);
      else if (far && j + strip < of.columns) next = part_at(0, j + strip);
      pack_b(of, part, of.scratch, pairs_of(part.terms) * pair_bytes);
      multiply_part(of, part, Ahead(of, next));
    }
  }
}

namespace {

std::int64_t leaf_panel_bytes(std::int64_t length, std::int64_t leaf) {
  return (length / leaf * pairs_of(leaf) + pairs_of(length % leaf)) * pair_bytes;
}
/// Partial sums of one block for any number of leaves below 2^32.
constexpr std::int64_t stack_bytes = 32 * 1024;

}  // namespace

std::size_t multiply_leaves_bytes(std::int64_t rows, std::int64_t length, std::int64_t leaf) {
  return static_cast<std::size_t>(stack_bytes + (2 + panels_of(rows)) * leaf_panel_bytes(length, leaf));
}

void multiply_leaves(const Bf16Product& of, std::int64_t leaf) {
  Block block;
  block.leaf_pairs = pairs_of(leaf);
  block.panel = leaf_panel_bytes(of.length, leaf);
  block.pairs = block.panel / pair_bytes;
  block.stack = of.scratch;
  std::byte* const packed_b = of.scratch + stack_bytes;
  std::byte* const packed_a = packed_b + 2 * block.panel;
  block.a_row = 4, block.a_pair = pair_bytes, block.b = packed_b, block.c_row = of.c_row;
  // An odd leaf ends with half a pair: leaves are packed one by one then.
  const std::int64_t step = leaf % 2 == 0 ? std::max<std::int64_t>(of.length, 1) : leaf;
  for (std::int64_t l = 0, to = 0; l < of.length; l += step, to += block.leaf_pairs * pair_bytes) {
    pack_rows(of.a + l * of.a_l, of.a_l, std::min(step, of.length - l), of.rows, packed_a + to, block.panel);
  }
  for (std::int64_t j = 0; j < of.columns; j += two_panels) {
    const std::int64_t columns = std::min(two_panels, of.columns - j);
    const BlockLoop* loops = loops_for(all_sum, columns, block);
    for (std::int64_t l = 0, to = 0; l < of.length; l += step, to += block.leaf_pairs * pair_bytes) {
      pack_b(of, {l, std::min(step, of.length - l), j, columns}, packed_b + to, block.panel);
    }
    for (std::int64_t i = 0; i < of.rows; i += std::int64_t{most_rows}) {
      const std::int64_t rows = std::min(std::int64_t{most_rows}, of.rows - i);
      block.a = packed_a + i / panel_columns * block.panel + i % panel_columns * 4;
      block.c = of.c + i * of.c_row + j;
      loops[rows - 1](block);
    }
  }
}

}  // namespace gradus::avx512

#else

namespace gradus::avx512 {
bool has_bf16_products() { return false; }
void multiply(const Bf16Product&) {}
void multiply_leaves(const Bf16Product&, std::int64_t) {}
std::size_t multiply_bytes(std::int64_t, std::int64_t) { return 0; }
std::size_t multiply_leaves_bytes(std::int64_t, std::int64_t, std::int64_t) { return 0; }
}  // namespace gradus::avx512
#endif
