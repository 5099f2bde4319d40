// The caller's engine: a device that computes, and worker threads. No singletons: two engines in one process know
// nothing of each other.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "gradus/engine/backend/backend.hpp"

namespace gradus {

class ThreadPool;

struct EngineOptions {
  /// Threads that compute, the caller's included; 0: as many as the machine has cores free for this process.
  int threads = 0;
  /// What computes: one of devices().
  std::string_view device = "cpu";
  /// Which instructions the CPU may use: one of instruction_sets() (engine/cpu/kernels/instruction_set.hpp). The bits
  /// of results are a function of it.
  std::string_view isa = "native";
};

/// "cpu", and "reference", which interprets graphs node by node on one thread: slow, and what others are compared with.
std::span<const std::string_view> devices();

/// Any number of threads may use one engine at the same time: compile, train, predict, run programs of their own. Its
/// worker threads work for one of them at a time; who finds them busy computes alone meanwhile, with the same bits.
class Engine {
 public:
  /// Throws UserError for a negative number of threads or more than 1024, for a device or an instruction set that there
  /// is not, or when the system gives no threads.
  explicit Engine(EngineOptions options = {});
  /// Nothing runs on it any more.
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  int threads() const;
  /// Of the host, whatever the device.
  ThreadPool& pool() { return *pool_; }
  const Backend& backend() const { return *backend_; }
  /// Graphs as code of the device; as Backend::compile().
  std::shared_ptr<const Executable> compile(std::vector<Graph> graphs, const ProgramOptions& options = {}) const;

 private:
  std::unique_ptr<ThreadPool> pool_;
  std::unique_ptr<Backend> backend_;
};

}  // namespace gradus
