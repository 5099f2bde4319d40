// Waiting by spinning a while and then parking.
#pragma once

#include <atomic>

namespace gradus {

/// Tells the core that a loop only waits.
inline void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Waits until `value` is no longer `old`: looks `spin` times, then parks.
template <class T> void wait_while(const std::atomic<T>& value, T old, int spin) {
  for (int i = 0; i < spin; ++i) {
    if (value.load(std::memory_order_acquire) != old) return;
    pause();
  }
  while (value.load(std::memory_order_acquire) == old) value.wait(old, std::memory_order_acquire);
}

}  // namespace gradus
