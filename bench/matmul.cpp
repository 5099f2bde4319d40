// Matrix products by kernel, of f32 and of bf16 matrices: GF/s of one core at n,k,m, the matrices stored as they are,
// the first transposed (gradients of weights) or the second.
#include <benchmark/benchmark.h>

#include "gradus/core/ops/matmul.hpp"
#include "gradus/core/tensor/tensor.hpp"
#include "gradus/engine/cpu/kernels/kernel.hpp"

namespace gradus {
namespace {

enum class Stored { plain, first_transposed, second_transposed };

void multiply(benchmark::State& state, std::string_view kernel, DType dtype, Stored stored) {
  const bool turns_a = stored == Stored::first_transposed, turns_b = stored == Stored::second_transposed;
  const std::int64_t n = state.range(0), k = state.range(1), m = state.range(2);
  Call call;
  call.op = &matmul_op;
  call.transposed[0] = turns_a, call.transposed[1] = turns_b;
  call.inputs = {{{dtype, turns_a ? Shape{k, n} : Shape{n, k}}, turns_a ? Access::columns : Access::rows},
                 {{dtype, turns_b ? Shape{m, k} : Shape{k, m}}, Access::whole}};
  call.outputs = {{{DType::f32, {n, m}}, Access::rows}};
  call.rows = call.block = n;
  for (const Kernel& of : kernels()) {
    if (of.name != kernel) continue;
    const Prepared prepared = of.prepare(call);
    if (!prepared) return state.SkipWithError(prepared.refusal.c_str());
    Tensor a = Tensor::full(call.inputs[0].type, 0.5), b = Tensor::full(call.inputs[1].type, 0.25),
           c(call.outputs[0].type);
    Tensor scratch(DType::u8, Shape{static_cast<std::int64_t>(prepared.scratch)});
    std::byte* operands[] = {static_cast<std::byte*>(a.data()), static_cast<std::byte*>(b.data()),
                             static_cast<std::byte*>(c.data())};
    const Frame frame{operands, 0, n, static_cast<std::byte*>(scratch.data())};
    for (auto _ : state) prepared.run(prepared.state.get(), frame);
    state.counters["GF/s"] =
        benchmark::Counter(2e-9 * static_cast<double>(n * k * m), benchmark::Counter::kIsIterationInvariantRate);
    return;
  }
  state.SkipWithError("no such kernel");
}

void shapes(benchmark::internal::Benchmark* of) {
  for (const auto& shape : {std::vector<std::int64_t>{1, 128, 128},
                            {16, 64, 64},
                            {32, 64, 64},
                            {32, 128, 128},
                            {64, 784, 128},
                            {64, 512, 256},
                            {64, 256, 256},
                            {128, 64, 784},
                            {512, 512, 512}}) {
    of->Args(shape);
  }
}
// Kernels side by side: on a machine whose clock varies, neighbors see much the same one.
#define PRODUCTS(stored)                                                                                               \
  BENCHMARK_CAPTURE(multiply, xsmm_##stored, "xsmm.matmul", DType::f32, Stored::stored)->Apply(shapes);                \
  BENCHMARK_CAPTURE(multiply, highway_##stored, "highway.matmul", DType::f32, Stored::stored)->Apply(shapes);          \
  BENCHMARK_CAPTURE(multiply, bf16_avx512_##stored, "avx512.matmul_bf16", DType::bf16, Stored::stored)->Apply(shapes); \
  BENCHMARK_CAPTURE(multiply, bf16_widening_##stored, "highway.matmul_bf16", DType::bf16, Stored::stored)->Apply(shapes)
PRODUCTS(plain);
PRODUCTS(first_transposed);
PRODUCTS(second_transposed);

/// With few columns.
void narrow_shapes(benchmark::internal::Benchmark* of) {
  for (const std::int64_t k : {8, 16, 32, 64, 256}) {
    for (const std::int64_t m : {1, 2, 3, 4, 6, 7}) of->Args({64, k, m});
  }
}
BENCHMARK_CAPTURE(multiply, narrow, "highway.narrow", DType::f32, Stored::plain)->Apply(narrow_shapes);
BENCHMARK_CAPTURE(multiply, xsmm_few, "xsmm.matmul", DType::f32, Stored::plain)->Apply(narrow_shapes);
BENCHMARK_CAPTURE(multiply, highway_few, "highway.matmul", DType::f32, Stored::plain)->Apply(narrow_shapes);
BENCHMARK_CAPTURE(multiply, narrow_transposed, "highway.narrow", DType::f32, Stored::second_transposed)
    ->Apply(narrow_shapes);
BENCHMARK_CAPTURE(multiply, xsmm_few_transposed, "xsmm.matmul", DType::f32, Stored::second_transposed)
    ->Apply(narrow_shapes);
BENCHMARK_CAPTURE(multiply, highway_few_transposed, "highway.matmul", DType::f32, Stored::second_transposed)
    ->Apply(narrow_shapes);

}  // namespace
}  // namespace gradus

BENCHMARK_MAIN();
