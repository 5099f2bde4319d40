#include "gradus/engine/runtime/engine.hpp"

#include <string>

#include "gradus/core/base/remedy.hpp"
#include "gradus/engine/cpu/runtime/cpu_backend.hpp"
#include "gradus/engine/machine/cores.hpp"
#include "gradus/engine/machine/thread_pool.hpp"
#include "gradus/engine/reference/reference.hpp"

namespace gradus {
namespace {

constexpr std::string_view names[] = {"cpu", "reference"};

std::unique_ptr<Backend> backend_called(std::string_view name, ThreadPool& pool) {
  if (name == "cpu") return cpu_backend(pool);
  if (name == "reference") return reference_backend();
  std::string all;
  for (const std::string_view one : names) all += (all.empty() ? "" : ", ") + std::string(one);
  throw UserError(Fault::usage, Report{"device", "\"" + printable(name) + "\"", "one of: " + all,
                                       nearest_or(name, std::span(names), names[0])});
}

}  // namespace

std::span<const std::string_view> devices() { return names; }

Engine::Engine(EngineOptions options) {
  constexpr int most = 1024;
  if (options.threads < 0 || options.threads > most) {
    throw UserError(Fault::usage, Report{"threads", std::to_string(options.threads), "0 (all cores) to 1024",
                                         "as many threads as there are cores"});
  }
  pool_ = std::make_unique<ThreadPool>(options.threads == 0 ? available_cores() : options.threads);
  backend_ = backend_called(options.device, *pool_);
}

Engine::~Engine() = default;
int Engine::threads() const { return pool_->threads(); }

std::shared_ptr<const Executable> Engine::compile(std::vector<Graph> graphs, const ProgramOptions& options) const {
  return backend_->compile(std::move(graphs), options);
}

}  // namespace gradus
