// Keeps oneDNN on the calling thread: it would divide a product among as many threads as OpenMP allows.
#pragma once

#include <oneapi/dnnl/dnnl_config.h>

// Of the OpenMP that oneDNN itself was linked with, whichever that is.
extern "C" {
__attribute__((weak)) int omp_get_max_threads();
__attribute__((weak)) void omp_set_num_threads(int);
}

namespace gradus {

/// While it lives, OpenMP gives this thread no helpers; other threads are not concerned. Allocates nothing.
class OneThread {
 public:
  OneThread() {
    if (!holds() || !threaded) return;
    before_ = omp_get_max_threads();
    if (before_ != 1) omp_set_num_threads(1);
  }
  ~OneThread() {
    if (before_ > 1) omp_set_num_threads(before_);
  }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

  /// Whether it can.
  static bool holds() {
#if DNNL_CPU_RUNTIME == DNNL_RUNTIME_OMP
    return omp_get_max_threads != nullptr && omp_set_num_threads != nullptr;
#else
    return !threaded;
#endif
  }

 private:
  static constexpr bool threaded = DNNL_CPU_RUNTIME != DNNL_RUNTIME_SEQ;
  int before_ = 1;
};

}  // namespace gradus
