#include "bench/workloads/session.hpp"

#include <cstring>

namespace gradus::bench {
namespace {

std::vector<nn::Parameter> start_of(const Case& of) {
  std::vector<nn::Parameter> start = of.model.parameters;
  for (nn::Parameter& state : state_of(of)) start.push_back(std::move(state));
  return start;
}

void copy(View to, ConstView from) {
  require(to.type() == from.type(), "a workload's data are of another type than the graph's input");
  std::memcpy(to.data(), from.data(), byte_count(from.type()));
}

}  // namespace

Precision find_precision(std::string_view name) {
  if (name == "f32") return Precision::f32;
  if (name == "bf16") return Precision::bf16;
  throw UserError(Fault::usage, Report{"precision", "\"" + printable(name) + "\"", "f32 or bf16", "f32"});
}

Program compile_workload(Engine& engine, const Case& of, Precision precision, const StepSlots& slots) {
  std::vector<Graph> graphs;
  graphs.push_back(graph_of(of, slots));
  return Program(engine, std::move(graphs), {.products = precision == Precision::bf16 ? DType::bf16 : DType::f32});
}

Session::Session(const Case& of, SessionOptions options)
    : engine_({.threads = options.threads, .isa = options.isa}),
      start_(start_of(of)),
      trains_(of.workload.trains()),
      program_(compile_workload(engine_, of, options.precision, slots_)) {
  bind(of);
  restart();
}

void Session::bind(const Case& of) {
  copy(program_.input(0, slots_.features), of.features);
  if (!of.workload.trains()) {
    result_ = program_.output(0, step_outputs::prediction).as<float>().data();
    return;
  }
  copy(program_.input(0, slots_.target), of.target);
  if (program_.has(0, slots_.key)) key_ = program_.input(0, slots_.key).as<std::int64_t>().data();
  program_.input(0, slots_.learning_rate).set(0, of.workload.optimizer == Optimizer::adam ? 1e-3 : 1e-2);
  result_ = program_.output(0, step_outputs::loss).as<float>().data();
}

void Session::restart() {
  for (const nn::Parameter& of : start_) program_.write(of.name, of.value);
  steps_ = 0;
}

std::uint64_t Session::fingerprint() const {
  std::uint64_t hash = 0xcbf29ce484222325;
  const auto add = [&](const void* data, std::size_t bytes) {
    for (std::size_t i = 0; i + 4 <= bytes; i += 4) {
      std::uint32_t word;
      std::memcpy(&word, static_cast<const std::byte*>(data) + i, 4);
      hash = (hash ^ word) * 0x100000001b3;
    }
  };
  if (!trains_) add(result().data(), result().size_bytes());
  for (const nn::Parameter& of : start_) {
    const Tensor value = program_.read(of.name);
    add(value.data(), value.bytes());
  }
  return hash;
}

}  // namespace gradus::bench
