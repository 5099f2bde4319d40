// The instruction for this takes denormals as zero: vectors with any of them are rounded in integers.
#include "gradus/engine/cpu/kernels/avx512/narrow.hpp"

#include <algorithm>

#include "gradus/engine/cpu/kernels/avx512/vectors.hpp"

#ifdef GRADUS_AVX512_BF16
namespace gradus::avx512 {
namespace {

/// Up to 16 numbers.
GRADUS_AVX512_BF16 void narrow_in_integers(const float* from, Bf16* to, __mmask16 lanes) {
  const __m512i bits = _mm512_maskz_loadu_epi32(lanes, from);
  const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
  const __m512i rounded = _mm512_add_epi32(_mm512_add_epi32(bits, _mm512_set1_epi32(0x7fff)), odd);
  const __m512i size = _mm512_and_si512(bits, _mm512_set1_epi32(0x7fffffff));
  const __mmask16 nan = _mm512_cmpgt_epi32_mask(size, _mm512_set1_epi32(0x7f800000));
  const __m512i chosen = _mm512_mask_or_epi32(rounded, nan, bits, _mm512_set1_epi32(0x400000));
  const __m256i upper = _mm512_cvtepi32_epi16(_mm512_srli_epi32(chosen, 16));
  _mm256_mask_storeu_epi16(to, lanes, upper);
}

/// Not zero, with an exponent of zero.
GRADUS_AVX512_BF16_INLINE __mmask16 denormals(__m512 x) {
  const __m512i bits = _mm512_castps_si512(x);
  const __mmask16 lowest = _mm512_testn_epi32_mask(bits, _mm512_set1_epi32(0x7f800000));
  return _mm512_mask_test_epi32_mask(lowest, bits, _mm512_set1_epi32(0x7fffff));
}

GRADUS_AVX512_BF16 void narrow_all(const float* from, Bf16* to, std::int64_t n) {
  constexpr std::int64_t width = 16;
  std::int64_t i = 0;
  for (; i + 2 * width <= n; i += 2 * width) {
    const __m512 lower = _mm512_loadu_ps(from + i), upper = _mm512_loadu_ps(from + i + width);
    if ((denormals(lower) | denormals(upper)) == 0) {
      _mm512_storeu_si512(to + i, reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(upper, lower)));
    } else {
      narrow_in_integers(from + i, to + i, 0xffff);
      narrow_in_integers(from + i + width, to + i + width, 0xffff);
    }
  }
  for (; i < n; i += width) {
    narrow_in_integers(from + i, to + i, static_cast<__mmask16>((1 << std::min(n - i, width)) - 1));
  }
}

}  // namespace

void narrow(const float* from, Bf16* to, std::int64_t n) { narrow_all(from, to, n); }

}  // namespace gradus::avx512

#else

namespace gradus::avx512 {
void narrow(const float*, Bf16*, std::int64_t) {}
}  // namespace gradus::avx512
#endif
