// Denormal numbers are flushed to zero while gradus computes: they cost a hundred cycles each, and Adam's moments decay
// into them.
#pragma once

#include <cstdint>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace gradus {

/// Flushes denormals to zero on this thread until destroyed, then restores the mode. x86-64 and AArch64; elsewhere
/// nothing. Inline: a tiny net's step takes less than five calls of a function.
class FlushDenormals {
 public:
  FlushDenormals() : before_(read()) { write(before_ | flush); }
  ~FlushDenormals() { write(before_); }
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
#if defined(__x86_64__)
  static std::uint64_t read() { return _mm_getcsr(); }
  static void write(std::uint64_t mode) { _mm_setcsr(static_cast<unsigned>(mode)); }
  static constexpr std::uint64_t flush = 0x8040;  // flush to zero, denormals are zero
#elif defined(__aarch64__)
  static std::uint64_t read() {
    std::uint64_t mode;
    asm volatile("mrs %0, fpcr" : "=r"(mode));
    return mode;
  }
  static void write(std::uint64_t mode) { asm volatile("msr fpcr, %0" : : "r"(mode)); }
  static constexpr std::uint64_t flush = std::uint64_t{1} << 24;
#else
  static std::uint64_t read() { return 0; }
  static void write(std::uint64_t) {}
  static constexpr std::uint64_t flush = 0;
#endif

  std::uint64_t before_;
};

}  // namespace gradus
