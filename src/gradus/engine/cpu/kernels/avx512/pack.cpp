#include "gradus/engine/cpu/kernels/avx512/pack.hpp"

#include <algorithm>

#include "gradus/engine/cpu/kernels/avx512/vectors.hpp"

#ifdef GRADUS_AVX512_BF16
namespace gradus::avx512 {
namespace {

/// The first `count` of 32 lanes, or none.
std::uint32_t first_lanes(std::int64_t count) {
  return count >= 32 ? ~std::uint32_t{0} : count <= 0 ? 0 : (std::uint32_t{1} << count) - 1;
}

/// Two panels, or one, of up to 32 columns.
GRADUS_AVX512_BF16 void pack_strip(const Bf16* from, std::int64_t stride, std::int64_t terms, std::int64_t columns,
                                   std::byte* to, std::int64_t panel) {
  const __mmask32 lanes = first_lanes(columns);
  const __m512i lower = pairs_index(0), upper = pairs_index(1);
  for (std::int64_t l = 0; l < terms; l += 2, from += 2 * stride, to += pair_bytes) {
    const __m512i even = _mm512_maskz_loadu_epi16(lanes, from);
    const __m512i odd = l + 1 < terms ? _mm512_maskz_loadu_epi16(lanes, from + stride) : _mm512_setzero_si512();
    _mm512_store_si512(to, _mm512_permutex2var_epi16(even, lower, odd));
    if (columns > panel_columns) _mm512_store_si512(to + panel, _mm512_permutex2var_epi16(even, upper, odd));
  }
}

/// Four rows of four pairs each in every 128 bits, transposed there.
GRADUS_AVX512_BF16_INLINE void transpose_fours(__m512i (&x)[4]) {
  const __m512i a = _mm512_unpacklo_epi32(x[0], x[1]), b = _mm512_unpacklo_epi32(x[2], x[3]);
  const __m512i c = _mm512_unpackhi_epi32(x[0], x[1]), d = _mm512_unpackhi_epi32(x[2], x[3]);
  x[0] = _mm512_unpacklo_epi64(a, b), x[1] = _mm512_unpackhi_epi64(a, b);
  x[2] = _mm512_unpacklo_epi64(c, d), x[3] = _mm512_unpackhi_epi64(c, d);
}

/// Eight terms of 16 columns.
GRADUS_AVX512_BF16_INLINE void pack_eight(const Bf16* from, std::int64_t stride, __m512i (&x)[4]) {
  GRADUS_UNROLL
  for (int i = 0; i < 4; ++i) {
    const auto at = [&](int row) { return reinterpret_cast<const __m128i*>(from + row * stride); };
    x[i] = _mm512_castsi128_si512(_mm_loadu_si128(at(i)));
    x[i] = _mm512_mask_broadcast_i32x4(x[i], 0x00f0, _mm_loadu_si128(at(4 + i)));
    x[i] = _mm512_mask_broadcast_i32x4(x[i], 0x0f00, _mm_loadu_si128(at(8 + i)));
    x[i] = _mm512_mask_broadcast_i32x4(x[i], 0xf000, _mm_loadu_si128(at(12 + i)));
  }
  transpose_fours(x);
}

/// Up to eight terms of up to 16 columns.
GRADUS_AVX512_BF16_INLINE void pack_some(const Bf16* from, std::int64_t stride, std::int64_t terms,
                                         std::int64_t columns, __m512i (&x)[4]) {
  const auto lanes = static_cast<__mmask8>(first_lanes(std::min<std::int64_t>(terms, 8)));
  for (int i = 0; i < 4; ++i) {
    __m512i parts = _mm512_setzero_si512();
    for (int quarter = 0; quarter < 4; ++quarter) {
      const std::int64_t row = 4 * quarter + i;
      if (row >= columns) continue;
      const __m128i part = _mm_maskz_loadu_epi16(lanes, from + row * stride);
      parts = _mm512_mask_broadcast_i32x4(parts, static_cast<__mmask16>(0xf << 4 * quarter), part);
    }
    x[i] = parts;
  }
  transpose_fours(x);
}

GRADUS_AVX512_BF16 void pack_panel(const Bf16* from, std::int64_t stride, std::int64_t terms, std::int64_t columns,
                                   std::byte* to) {
  for (std::int64_t l = 0; l < terms; l += 8, from += 8, to += 4 * pair_bytes) {
    __m512i x[4];
    if (columns >= panel_columns && terms - l >= 8) pack_eight(from, stride, x);
    else pack_some(from, stride, terms - l, columns, x);
    const std::int64_t pairs = std::min<std::int64_t>(pairs_of(terms - l), 4);
    for (std::int64_t p = 0; p < pairs; ++p) _mm512_store_si512(to + p * pair_bytes, x[p]);
  }
}

}  // namespace

void pack_rows(const Bf16* from, std::int64_t stride, std::int64_t terms, std::int64_t columns, std::byte* to,
               std::int64_t panel) {
  for (; columns > 0; columns -= 2 * panel_columns, from += 2 * panel_columns, to += 2 * panel) {
    pack_strip(from, stride, terms, columns, to, panel);
  }
}

void pack_columns(const Bf16* from, std::int64_t stride, std::int64_t terms, std::int64_t columns, std::byte* to,
                  std::int64_t panel) {
  for (; columns > 0; columns -= panel_columns, from += panel_columns * stride, to += panel) {
    pack_panel(from, stride, terms, columns, to);
  }
}

}  // namespace gradus::avx512
#endif
