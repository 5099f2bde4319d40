#include "gradus/engine/runtime/engine.hpp"

#include <string>

#include "gradus/core/base/error.hpp"
#include "gradus/engine/machine/cores.hpp"
#include "gradus/engine/machine/thread_pool.hpp"

namespace gradus {

Engine::Engine(EngineOptions options) {
  constexpr int most = 1024;
  if (options.threads < 0 || options.threads > most) {
    throw UserError(Fault::usage, Report{"threads", std::to_string(options.threads), "0 (all cores) to 1024",
                                         "as many threads as there are cores"});
  }
  pool_ = std::make_unique<ThreadPool>(options.threads == 0 ? available_cores() : options.threads);
}

Engine::~Engine() = default;
int Engine::threads() const { return pool_->threads(); }

}  // namespace gradus
