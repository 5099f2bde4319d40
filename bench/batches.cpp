// Products of batches of matrices: GF/s of one core, by the chosen kernel and by the plain loops, beside the product of
// two matrices of the same inner sizes; the shapes are those of attention and of layers on sequences. Then a whole
// block of attention with its gradients.
#include <benchmark/benchmark.h>

#include <array>
#include <cmath>

#include "gradus/core/grad/differentiate.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/core/ops/matmul.hpp"
#include "gradus/core/ops/pointwise.hpp"
#include "gradus/core/ops/reduce.hpp"
#include "gradus/core/ops/softmax.hpp"
#include "gradus/engine/cpu/kernels/kernel.hpp"
#include "gradus/engine/cpu/plan/plan.hpp"
#include "gradus/engine/cpu/runtime/cpu_backend.hpp"
#include "gradus/engine/machine/arena.hpp"
#include "gradus/engine/runtime/program.hpp"

namespace gradus {
namespace {

/// How the matrices are stored: as they are, the first or the second transposed, or one second matrix for all.
enum class Stored { plain, first, second, shared };

Call call_of(Stored stored, std::int64_t batch, std::int64_t n, std::int64_t k, std::int64_t m) {
  Call call;
  call.op = &matmul_op;
  call.transposed[0] = stored == Stored::first, call.transposed[1] = stored == Stored::second;
  const bool one = batch == 0;  // two matrices
  const auto shape = [&](std::int64_t rows, std::int64_t columns) {
    return one ? Shape{rows, columns} : Shape{batch, rows, columns};
  };
  const Access access_a = one && stored == Stored::first ? Access::columns : Access::rows;
  call.inputs = {
      {{DType::f32, stored == Stored::first ? shape(k, n) : shape(n, k)}, access_a},
      {{DType::f32, stored == Stored::second ? shape(m, k) : shape(k, m)}, one ? Access::whole : Access::rows}};
  if (stored == Stored::shared) call.inputs[1] = {{DType::f32, {k, m}}, Access::whole};
  call.outputs = {{{DType::f32, shape(n, m)}, Access::rows}};
  call.rows = call.block = one ? n : batch;
  return call;
}

void multiply(benchmark::State& state, Stored stored, bool plain_loops) {
  const std::int64_t batch = state.range(0), n = state.range(1), k = state.range(2), m = state.range(3);
  const Call call = call_of(stored, batch, n, k, m);
  const Kernel& reference = kernels().back();
  const Prepared prepared = plain_loops ? reference.prepare(call) : choose(call).prepared;
  if (!prepared) return state.SkipWithError(prepared.refusal.c_str());
  if (!plain_loops) state.SetLabel(std::string(choose(call).kernel.name));
  Tensor a = Tensor::full(call.inputs[0].type, 0.5), b = Tensor::full(call.inputs[1].type, 0.25),
         c(call.outputs[0].type);
  const Arena scratch(prepared.scratch);
  std::byte* operands[] = {static_cast<std::byte*>(a.data()), static_cast<std::byte*>(b.data()),
                           static_cast<std::byte*>(c.data())};
  const Frame frame{operands, 0, call.rows, scratch.data()};
  for (auto _ : state) prepared.run(prepared.state.get(), frame);
  state.counters["GF/s"] = benchmark::Counter(2e-9 * static_cast<double>(std::max<std::int64_t>(batch, 1) * n * k * m),
                                              benchmark::Counter::kIsIterationInvariantRate);
}

/// Batch, rows, length of the sums, columns.
constexpr std::array<std::int64_t, 4> shapes[] = {{32, 64, 16, 64}, {32, 64, 64, 16},   {128, 32, 32, 32},
                                                  {32, 64, 64, 64}, {16, 128, 64, 128}, {64, 1, 64, 64},
                                                  {32, 64, 64, 4},  {8, 256, 64, 256}};

void add_all() {
  const std::pair<const char*, Stored> forms[] = {
      {"plain", Stored::plain}, {"first_transposed", Stored::first}, {"second_transposed", Stored::second}};
  for (const auto& [batch, n, k, m] : shapes) {
    const auto add = [&, n = n, k = k, m = m](const std::string& name, Stored stored, bool plain, std::int64_t of) {
      benchmark::RegisterBenchmark(name.c_str(), multiply, stored, plain)->Args({of, n, k, m});
    };
    for (const auto& [name, stored] : forms) {
      add(std::string("two_") + name, stored, false, 0);
      add(std::string("batch_") + name, stored, false, batch);
      add(std::string("loops_") + name, stored, true, batch);
    }
    add("batch_one_for_all", Stored::shared, false, batch);
    add("loops_one_for_all", Stored::shared, true, batch);
  }
}

/// A step of training x + attention(x) over `heads` heads and two layers of four times the width: GF/s on one thread.
void run_block(benchmark::State& state) {
  const std::int64_t rows = state.range(0), steps = state.range(1), width = state.range(2), heads = state.range(3);
  Graph g;
  const Value x = g.input("x", {rows, steps, width}, DType::f32);
  Values parameters;
  const auto linear = [&](Value in, std::int64_t out) {
    parameters.push_back(g.state({.name = "w" + std::to_string(parameters.size()),
                                  .type = {DType::f32, {out, in.columns()}},
                                  .role = Role::parameter}));
    return matmul(in, transpose(parameters.back()));
  };
  const auto by_head = [&](Value in) {
    return transpose(reshape(in, Shape{rows, steps, heads, width / heads}), {0, 2, 1, 3});
  };
  const Value q = by_head(linear(x, width)), k = by_head(linear(x, width)), v = by_head(linear(x, width));
  const Value seen = softmax(matmul(q, transpose(k)) / std::sqrt(static_cast<double>(width / heads)), -1);
  const Value h = x + linear(reshape(transpose(matmul(seen, v), {0, 2, 1, 3}), Shape{rows, steps, width}), width);
  const Value loss = mean(square(h + linear(relu(linear(h, 4 * width)), width)));
  const Values gradients = gradient(loss, parameters);
  g.output("loss", loss);
  for (std::size_t i = 0; i < gradients.size(); ++i) g.next(parameters[i], parameters[i] - 1e-6 * gradients[i]);
  Engine engine({.threads = 1});
  Program program(engine, {g});
  for (auto _ : state) program.run(0);
  state.counters["GF/s"] =
      benchmark::Counter(1e-9 * flops(plan_of(program.code(), 0)), benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(run_block)->Args({32, 64, 64, 4})->Args({16, 128, 128, 4})->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace gradus

int main(int argc, char** argv) {
  gradus::add_all();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
