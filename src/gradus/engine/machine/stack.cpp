#include "gradus/engine/machine/stack.hpp"

#include <pthread.h>

#include <cstdint>
#include <exception>

namespace gradus {
namespace {

constexpr std::size_t large = std::size_t{8} << 20, small = std::size_t{1} << 20;

/// The lowest address of this thread's stack; 0 where that is not known.
std::uintptr_t bottom() {
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return 0;
  void* address = nullptr;
  std::size_t size = 0;
  const bool known = pthread_attr_getstack(&attributes, &address, &size) == 0;
  pthread_attr_destroy(&attributes);
  return known ? reinterpret_cast<std::uintptr_t>(address) : 0;
}

struct Call {
  const std::function<void()>& work;
  std::exception_ptr thrown = {};
};

void* run(void* call) {
  auto& self = *static_cast<Call*>(call);
  try {
    self.work();
  } catch (...) {
    self.thrown = std::current_exception();
  }
  return nullptr;
}

}  // namespace

void with_stack(std::size_t bytes, const std::function<void()>& work) {
  static thread_local const std::uintptr_t lowest = bottom();
  const char here = 0;
  const auto top = reinterpret_cast<std::uintptr_t>(&here);
  if (lowest == 0 || top < lowest || top - lowest >= bytes) return work();
  Call call{work};
  pthread_attr_t attributes;
  pthread_t thread;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, large);
  const bool started = pthread_create(&thread, &attributes, run, &call) == 0;
  pthread_attr_destroy(&attributes);
  if (!started) return work();
  pthread_join(thread, nullptr);
  if (call.thrown) std::rethrow_exception(call.thrown);
}

void enlarge_thread_stacks() {
#ifdef __GLIBC__
  pthread_attr_t attributes;
  if (pthread_getattr_default_np(&attributes) != 0) return;
  std::size_t size = 0;
  if (pthread_attr_getstacksize(&attributes, &size) == 0 && size < small &&
      pthread_attr_setstacksize(&attributes, large) == 0) {
    pthread_setattr_default_np(&attributes);
  }
  pthread_attr_destroy(&attributes);
#endif
}

}  // namespace gradus
