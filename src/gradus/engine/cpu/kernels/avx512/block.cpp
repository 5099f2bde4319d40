#include "gradus/engine/cpu/kernels/avx512/block.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include "gradus/engine/cpu/kernels/avx512/pack.hpp"
#include "gradus/engine/cpu/kernels/avx512/vectors.hpp"

#ifdef GRADUS_AVX512_BF16
namespace gradus::avx512 {
namespace {

constexpr std::size_t vectors_of(Right form) { return form == Right::one_panel ? 1 : 2; }

template <std::size_t rows, std::size_t vectors> using Sums = __m512[rows][vectors];

template <std::size_t rows, std::size_t vectors> GRADUS_AVX512_BF16_INLINE void clear(Sums<rows, vectors>& sums) {
  GRADUS_UNROLL
  for (std::size_t i = 0; i < rows; ++i) {
    GRADUS_UNROLL
    for (std::size_t v = 0; v < vectors; ++v) sums[i][v] = _mm512_setzero_ps();
  }
}

/// A pair of rows of B.
template <Right form>
GRADUS_AVX512_BF16_INLINE void load_pair(__m512bh (&right)[vectors_of(form)], const std::byte* b, std::int64_t next) {
  if constexpr (form == Right::rows) {
    const __m512i even = _mm512_loadu_si512(b), odd = _mm512_loadu_si512(b + next);
    right[0] = reinterpret_cast<__m512bh>(_mm512_permutex2var_epi16(even, pairs_index(0), odd));
    right[1] = reinterpret_cast<__m512bh>(_mm512_permutex2var_epi16(even, pairs_index(1), odd));
  } else {
    right[0] = reinterpret_cast<__m512bh>(_mm512_load_si512(b));
    if constexpr (form == Right::two_panels) right[1] = reinterpret_cast<__m512bh>(_mm512_load_si512(b + next));
  }
}

/// Adds one pair of terms.
template <std::size_t rows, Right form, class Left>
GRADUS_AVX512_BF16_INLINE void add_pair(Sums<rows, vectors_of(form)>& sums, const Block& of, const std::byte* a,
                                        const std::byte* b) {
  constexpr std::size_t vectors = vectors_of(form);
  __m512bh right[vectors];
  load_pair<form>(right, b, of.b_next);
  GRADUS_UNROLL
  for (std::size_t i = 0; i < rows; ++i) {
    Left numbers;  // one term or two
    std::memcpy(&numbers, a + static_cast<std::int64_t>(i) * of.a_row, sizeof(numbers));
    const auto left =
        reinterpret_cast<__m512bh>(_mm512_set1_epi32(std::bit_cast<std::int32_t>(std::uint32_t{numbers})));
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

/// Bytes from one pair of rows of B to the next.
template <Right form> std::int64_t pair_step(const Block& of) {
  return form == Right::rows ? 2 * of.b_next : pair_bytes;
}

template <std::size_t rows, Right form> GRADUS_AVX512_BF16 void multiply_block(const Block& of) {
  constexpr std::size_t vectors = vectors_of(form);
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
  const std::int64_t a_pair = of.a_pair, b_pair = pair_step<form>(of);
  for (std::int64_t p = of.pairs; p > 0; --p, a += a_pair, b += b_pair) {
    add_pair<rows, form, std::uint32_t>(sums, of, a, b);
  }
  if (of.odd) add_pair<rows, form, std::uint16_t>(sums, of, a, b);
  GRADUS_UNROLL
  for (std::size_t i = 0; i < rows; ++i) {
    GRADUS_UNROLL
    for (std::size_t v = 0; v < vectors; ++v) {
      store<vectors>(sums[i][v], of.c + static_cast<std::int64_t>(i) * of.c_row, v, of.last);
    }
  }
}

/// As a sum over leaves: partial sums wait on a stack, two of equal height are added, the older first.
template <std::size_t rows, Right form> GRADUS_AVX512_BF16 void sum_block(const Block& of) {
  constexpr std::size_t vectors = vectors_of(form), level = rows * vectors;
  auto* const bottom = reinterpret_cast<__m512*>(of.stack);
  __m512* top = bottom;
  const std::byte *a = of.a, *b = of.b;
  const std::int64_t b_pair = pair_step<form>(of);
  for (std::int64_t first = 0, index = 0;; first += of.leaf_pairs, ++index) {
    Sums<rows, vectors> sums;
    clear<rows, vectors>(sums);
    const std::int64_t end = std::min(first + of.leaf_pairs, of.pairs);
    for (std::int64_t p = first; p < end; ++p, a += of.a_pair, b += b_pair) {
      add_pair<rows, form, std::uint32_t>(sums, of, a, b);
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

using BlockLoops = std::array<BlockLoop, most_rows>;  // by the number of rows, from 1 on

template <Right form, std::size_t... i> constexpr BlockLoops multiply_loops(std::index_sequence<i...>) {
  return {multiply_block<i + 1, form>...};
}
template <Right form, std::size_t... i> constexpr BlockLoops sum_loops(std::index_sequence<i...>) {
  return {sum_block<i + 1, form>...};
}
constexpr std::make_index_sequence<most_rows> any_rows;
constexpr std::array<BlockLoops, 3> all_multiply = {multiply_loops<Right::one_panel>(any_rows),
                                                    multiply_loops<Right::two_panels>(any_rows),
                                                    multiply_loops<Right::rows>(any_rows)};
constexpr std::array<BlockLoops, 3> all_sum = {
    sum_loops<Right::one_panel>(any_rows), sum_loops<Right::two_panels>(any_rows), sum_loops<Right::rows>(any_rows)};

BlockLoop loop_of(const std::array<BlockLoops, 3>& all, std::int64_t rows, Right form) {
  return all[static_cast<std::size_t>(form)][static_cast<std::size_t>(rows - 1)];
}

}  // namespace

BlockLoop multiply_loop(std::int64_t rows, Right form) { return loop_of(all_multiply, rows, form); }
BlockLoop sum_loop(std::int64_t rows, Right form) { return loop_of(all_sum, rows, form); }

}  // namespace gradus::avx512
#endif
