// A workload ready to run: compiled, its inputs bound.
#pragma once

#include <span>
#include <string_view>

#include "bench/workloads/workload.hpp"
#include "gradus/engine/runtime/program.hpp"

namespace gradus::bench {

enum class Precision { f32, bf16 };
/// Those that the engine has.
inline constexpr const char* precisions[] = {"f32", "bf16"};

/// "f32" or "bf16". Throws UserError.
Precision find_precision(std::string_view name);

struct SessionOptions {
  int threads = 1;
  Precision precision = Precision::f32;
  std::string isa = "native";  // as EngineOptions
};

Program compile_workload(Engine& engine, const Case& of, Precision precision, const StepSlots& slots = {});

class Session {
 public:
  /// Compiles and restarts.
  Session(const Case& of, SessionOptions options);

  /// Initial parameters and state again, step 0.
  void restart();
  /// One public call: the inputs are bound, the loss comes back (of a prediction its first number).
  double step() {
    if (key_) key_[1] = steps_;
    ++steps_;
    program_.run(0);
    return static_cast<double>(*result_);
  }
  int steps() const { return static_cast<int>(steps_); }
  /// Of a prediction.
  std::span<const float> result() const { return program_.output(0, "prediction").as<float>(); }
  const Program& program() const { return program_; }
  /// FNV-1a over the bits of all parameters and optimizer state; of a prediction: of its numbers.
  std::uint64_t fingerprint() const;

 private:
  void bind(const Case& of);

  Engine engine_;
  std::vector<nn::Parameter> start_;  // parameters and state
  bool trains_;
  StepSlots slots_;
  Program program_;
  std::int64_t* key_ = nullptr;
  const float* result_ = nullptr;
  std::int64_t steps_ = 0;
};

}  // namespace gradus::bench
