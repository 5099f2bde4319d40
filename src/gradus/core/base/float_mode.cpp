#include "gradus/core/base/float_mode.hpp"

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace gradus {
namespace {

#if defined(__x86_64__)
std::uint64_t read_mode() { return _mm_getcsr(); }
void write_mode(std::uint64_t mode) { _mm_setcsr(static_cast<unsigned>(mode)); }
constexpr std::uint64_t flush = 0x8040;  // flush to zero, denormals are zero
#elif defined(__aarch64__)
std::uint64_t read_mode() {
  std::uint64_t mode;
  asm volatile("mrs %0, fpcr" : "=r"(mode));
  return mode;
}
void write_mode(std::uint64_t mode) { asm volatile("msr fpcr, %0" : : "r"(mode)); }
constexpr std::uint64_t flush = std::uint64_t{1} << 24;
#else
std::uint64_t read_mode() { return 0; }
void write_mode(std::uint64_t) {}
constexpr std::uint64_t flush = 0;
#endif

}  // namespace

FlushDenormals::FlushDenormals() : before_(read_mode()) { write_mode(before_ | flush); }
FlushDenormals::~FlushDenormals() { write_mode(before_); }

}  // namespace gradus
