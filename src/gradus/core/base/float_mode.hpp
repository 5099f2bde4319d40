// Denormal numbers are flushed to zero while gradus computes: they cost a hundred cycles each, and Adam's moments decay
// into them.
#pragma once

#include <cstdint>

namespace gradus {

/// Flushes denormals to zero on this thread until destroyed, then restores the mode. x86-64 and AArch64; elsewhere
/// nothing.
class FlushDenormals {
 public:
  FlushDenormals();
  ~FlushDenormals();
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
  std::uint64_t before_;
};

}  // namespace gradus
