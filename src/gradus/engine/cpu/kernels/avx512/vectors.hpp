// AVX-512 in functions of their own, whatever the file around them is compiled for: each carries one of these marks,
// and is called only where the CPU has the instructions. GCC and Clang on x86-64.
#pragma once

#if defined(__x86_64__) && defined(__GNUC__)
#define GRADUS_AVX512_BF16 __attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16")))
#define GRADUS_AVX512_BF16_INLINE GRADUS_AVX512_BF16 __attribute__((always_inline)) inline
#ifdef __clang__
#define GRADUS_UNROLL _Pragma("unroll")
#else
#define GRADUS_UNROLL _Pragma("GCC unroll 16")
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // lanes that GCC 12's own header leaves open (its bug 105593)
#endif

#include <immintrin.h>

namespace gradus::avx512 {

/// For permutex2var: numbers 16 half .. 16 half + 15 of two rows, pair by pair.
GRADUS_AVX512_BF16_INLINE __m512i pairs_index(int half) {
  const __m512i lanes = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  const __m512i first = _mm512_add_epi32(lanes, _mm512_set1_epi32(16 * half));
  return _mm512_or_si512(first, _mm512_slli_epi32(_mm512_add_epi32(first, _mm512_set1_epi32(32)), 16));
}

}  // namespace gradus::avx512
#endif
