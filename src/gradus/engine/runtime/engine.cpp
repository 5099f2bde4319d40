#include "gradus/engine/runtime/engine.hpp"

#include <array>
#include <string>

#include "gradus/core/base/remedy.hpp"
#include "gradus/engine/cpu/runtime/cpu_backend.hpp"
#include "gradus/engine/machine/cores.hpp"
#include "gradus/engine/machine/thread_pool.hpp"
#include "gradus/engine/reference/reference.hpp"

namespace gradus {
namespace {

/// The one list of backends: a new one has a folder of its own, and its line here.
struct Device {
  std::string_view name;
  std::unique_ptr<Backend> (*make)(ThreadPool&, std::string_view isa);
};
constexpr Device all[] = {{"cpu", cpu_backend},
                          {"reference", [](ThreadPool&, std::string_view isa) { return reference_backend(isa); }}};

constexpr auto names = [] {
  std::array<std::string_view, std::size(all)> out;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = all[i].name;
  return out;
}();

std::unique_ptr<Backend> backend_called(std::string_view name, ThreadPool& pool, std::string_view isa) {
  std::string known;
  for (const Device& one : all) {
    if (one.name == name) return one.make(pool, isa);
    known += (known.empty() ? "" : ", ") + std::string(one.name);
  }
  throw UserError(Fault::usage, Report{"device", "\"" + printable(name) + "\"", "one of: " + known,
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
  backend_ = backend_called(options.device, *pool_, options.isa);
}

Engine::~Engine() = default;
int Engine::threads() const { return pool_->threads(); }

std::shared_ptr<const Executable> Engine::compile(std::vector<Graph> graphs, const ProgramOptions& options) const {
  return backend_->compile(std::move(graphs), options);
}

}  // namespace gradus
