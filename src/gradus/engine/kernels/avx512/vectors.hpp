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
#endif
#endif
