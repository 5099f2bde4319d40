#include "gradus/engine/runtime/engine.hpp"

#include <sched.h>

#include <string>

#include "gradus/core/base/error.hpp"
#include "gradus/engine/machine/thread_pool.hpp"

namespace gradus {
namespace {

int cores_of_this_process() {
  cpu_set_t set;
  const int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
  return count > 0 ? count : 1;
}

}  // namespace

Engine::Engine(EngineOptions options) {
  constexpr int most = 1024;
  if (options.threads < 0 || options.threads > most) {
    throw UserError(Fault::usage, Report{"threads", std::to_string(options.threads), "0 (all cores) to 1024",
                                         "as many threads as there are cores"});
  }
  pool_ = std::make_unique<ThreadPool>(options.threads == 0 ? cores_of_this_process() : options.threads);
}

Engine::~Engine() = default;
int Engine::threads() const { return pool_->threads(); }

}  // namespace gradus
