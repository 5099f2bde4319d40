// What compiling costs, kernels included: a pointwise chain, a wide graph whose values all have one reader, parameters
// each with an update of its own, and the training step (Adam) of a net of so many linear layers. Items are nodes.
#include <benchmark/benchmark.h>

#include "gradus/core/ops/pointwise.hpp"
#include "gradus/engine/cpu/compile/pipeline.hpp"
#include "gradus/learn/nn/net.hpp"
#include "gradus/learn/train/step.hpp"

namespace gradus {
namespace {

Graph chain(int nodes) {
  Graph g;
  const Value x = g.input("x", {64, 64}, DType::f32);
  Value y = x;
  for (int i = 0; i < nodes; ++i) y = i % 3 == 0 ? tanh(y) : i % 3 == 1 ? y * x : y + x;
  g.output("y", y);
  return g;
}

Graph wide(int nodes) {
  Graph g;
  const Value x = g.input("x", {64, 64}, DType::f32);
  Value total = x;
  for (int i = 0; i < nodes / 3; ++i) total = total + x * (i + 2.0);  // a number, a product, a sum
  g.output("y", total);
  return g;
}

Graph state(int nodes) {
  Graph g;
  const Value x = g.input("x", {64, 64}, DType::f32);
  for (int i = 0; i < nodes / 2; ++i) {
    const std::string name = "w" + std::to_string(i);
    const Value w = g.state({.name = name, .type = x.type()});
    g.next(w, w + x);
  }
  return g;
}

Graph adam(int layers) {
  std::string text;
  for (int i = 1; i < layers; ++i) text += "32 relu, ";
  const nn::Model model{nn::parse_net(text + "10"), {32}, DType::f32, {}, DType::f32};
  return training_step({}, model, loss::cross_entropy, optim::adam(), {64, 10, 10});
}

void compiling(benchmark::State& state, Graph (*build)(int)) {
  const Graph graph = build(static_cast<int>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(compile_together({graph}));
  state.counters["nodes"] = graph.size();
  state.SetItemsProcessed(state.iterations() * graph.size());
}

void building(benchmark::State& state, Graph (*build)(int)) {
  int nodes = 0;
  for (auto _ : state) benchmark::DoNotOptimize(nodes = build(static_cast<int>(state.range(0))).size());
  state.counters["nodes"] = nodes;
  state.SetItemsProcessed(state.iterations() * nodes);
}

BENCHMARK_CAPTURE(compiling, chain, chain)->RangeMultiplier(10)->Range(1000, 1000000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(compiling, wide, wide)->RangeMultiplier(10)->Range(1000, 1000000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(compiling, state, state)->RangeMultiplier(10)->Range(1000, 1000000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(compiling, adam, adam)->Arg(30)->Arg(300)->Arg(3000)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(building, adam, adam)->Arg(30)->Arg(300)->Arg(3000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace gradus

BENCHMARK_MAIN();
