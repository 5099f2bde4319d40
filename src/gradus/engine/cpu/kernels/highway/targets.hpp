// Which instruction sets the files of this folder are compiled for: AVX2, AVX-512, and what the compiler's flags allow
// (on AArch64 that is NEON). Included before any header of Highway, which reads the macro.
#pragma once

#define GRADUS_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#define HWY_DISABLED_TARGETS GRADUS_DISABLED_TARGETS
