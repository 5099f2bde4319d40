// Fused pointwise programs beside hand-written loops: Adam over parameters that fit in the second-level cache, and tiny
// programs, where the cost of starting shows. The hand-written loop needs AVX-512.
#include <benchmark/benchmark.h>

#include <cmath>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "gradus/core/ops/pointwise.hpp"
#include "gradus/engine/kernels/highway/kernels.hpp"

namespace gradus {
namespace {

int op(std::string_view name) {
  int i = 0;
  while (pointwise_ops()[static_cast<std::size_t>(i)].name != name) ++i;
  return i;
}

/// Inputs: p g m v, then the numbers b1 1-b1 b2 1-b2 c1 c2 rate epsilon. Outputs: p m v, in place.
Call adam(std::int64_t n) {
  Call call;
  for (int i = 0; i < 4; ++i) call.inputs.push_back({{DType::f32, {n}}, Access::rows});
  for (int i = 0; i < 8; ++i) call.inputs.push_back({{DType::f32, {}}, Access::whole});
  for (int i = 0; i < 3; ++i) call.outputs.push_back({{DType::f32, {n}}, Access::rows});
  const int add = op("add"), mul = op("multiply"), div = op("divide"), root = op("sqrt"), sub = op("subtract"),
            square = op("square");
  call.program.instructions = {{mul, {2, 4}},   {mul, {1, 5}},   {add, {12, 13}}, {mul, {3, 6}},  {square, {1}},
                               {mul, {16, 7}},  {add, {15, 17}}, {div, {14, 8}},  {div, {18, 9}}, {root, {20}},
                               {add, {21, 11}}, {div, {19, 22}}, {mul, {23, 10}}, {sub, {0, 24}}};
  call.program.outputs = {25, 14, 18};
  call.rows = call.block = n;
  return call;
}

struct Numbers {
  std::vector<float> p, g, m, v;
  float constants[8] = {0.9f, 0.1f, 0.999f, 0.001f, 0.5f, 0.1f, 0.001f, 1e-8f};
  explicit Numbers(std::size_t n) : p(n, 1.0f), g(n, 0.5f), m(n, 0.1f), v(n, 0.2f) {}
};

void run_adam(benchmark::State& state) {
  const auto n = static_cast<std::size_t>(state.range(0));
  const Call call = adam(state.range(0));
  const Prepared prepared = highway::prepare_pointwise(call);
  Numbers x(n);
  std::vector<std::byte*> operands;
  for (auto* of : {&x.p, &x.g, &x.m, &x.v}) operands.push_back(reinterpret_cast<std::byte*>(of->data()));
  for (float& number : x.constants) operands.push_back(reinterpret_cast<std::byte*>(&number));
  for (auto* of : {&x.p, &x.m, &x.v}) operands.push_back(reinterpret_cast<std::byte*>(of->data()));
  std::vector<std::byte> scratch(prepared.scratch + 64);
  auto* aligned = reinterpret_cast<std::byte*>((reinterpret_cast<std::uintptr_t>(scratch.data()) + 63) / 64 * 64);
  const Frame frame{operands.data(), 0, state.range(0), aligned};
  for (auto _ : state) prepared.run(prepared.state.get(), frame);
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(run_adam)->Arg(16)->Arg(1000)->Arg(100000)->Arg(1000000);

#if defined(__x86_64__)
[[gnu::target("avx512f")]] void adam_by_hand(float* p, const float* g, float* m, float* v, const float* c,
                                             std::size_t n) {
  const __m512 b1 = _mm512_set1_ps(c[0]), a1 = _mm512_set1_ps(c[1]), b2 = _mm512_set1_ps(c[2]),
               a2 = _mm512_set1_ps(c[3]), c1 = _mm512_set1_ps(c[4]), c2 = _mm512_set1_ps(c[5]),
               rate = _mm512_set1_ps(c[6]), epsilon = _mm512_set1_ps(c[7]);
  for (std::size_t i = 0; i + 16 <= n; i += 16) {
    const __m512 x = _mm512_loadu_ps(g + i);
    const __m512 m1 = _mm512_add_ps(_mm512_mul_ps(_mm512_loadu_ps(m + i), b1), _mm512_mul_ps(x, a1));
    const __m512 v1 = _mm512_add_ps(_mm512_mul_ps(_mm512_loadu_ps(v + i), b2), _mm512_mul_ps(_mm512_mul_ps(x, x), a2));
    const __m512 root = _mm512_add_ps(_mm512_maskz_sqrt_ps(0xffff, _mm512_div_ps(v1, c2)), epsilon);
    const __m512 step = _mm512_mul_ps(_mm512_div_ps(_mm512_div_ps(m1, c1), root), rate);
    _mm512_storeu_ps(m + i, m1);
    _mm512_storeu_ps(v + i, v1);
    _mm512_storeu_ps(p + i, _mm512_sub_ps(_mm512_loadu_ps(p + i), step));
  }
}

void run_adam_by_hand(benchmark::State& state) {
  Numbers x(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    adam_by_hand(x.p.data(), x.g.data(), x.m.data(), x.v.data(), x.constants, x.p.size());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(run_adam_by_hand)->Arg(16)->Arg(1000)->Arg(100000)->Arg(1000000);
#endif

void run_tiny(benchmark::State& state) {
  Call call;
  for (int i = 0; i < 2; ++i) call.inputs.push_back({{DType::f32, {8}}, Access::rows});
  call.outputs = {{{DType::f32, {8}}, Access::rows}};
  call.program = {DType::f32, {{op("add"), {0, 1}}, {op("relu"), {2}}, {op("multiply"), {3, 1}}}, {4}};
  call.rows = call.block = 8;
  const Prepared prepared = highway::prepare_pointwise(call);
  alignas(64) float a[8] = {1, 2, 3}, b[8] = {4, 5, 6}, y[8];
  std::vector<std::byte> scratch(prepared.scratch + 64);
  auto* aligned = reinterpret_cast<std::byte*>((reinterpret_cast<std::uintptr_t>(scratch.data()) + 63) / 64 * 64);
  std::byte* operands[] = {reinterpret_cast<std::byte*>(a), reinterpret_cast<std::byte*>(b),
                           reinterpret_cast<std::byte*>(y)};
  const Frame frame{operands, 0, 8, aligned};
  for (auto _ : state) {
    prepared.run(prepared.state.get(), frame);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(run_tiny);

/// One op over 4096 numbers in the first-level cache.
void run_op(benchmark::State& state, const char* name, DType dtype) {
  constexpr std::int64_t n = 4096;
  const Op& of = pointwise_ops()[static_cast<std::size_t>(op(name))];
  Call call;
  PointwiseProgram::Instruction instruction{op(name), {}};
  for (int i = 0; i < of.arity; ++i) {
    call.inputs.push_back({{dtype, {n}}, Access::rows});
    instruction.inputs.push_back(i);
  }
  call.outputs = {{{dtype, {n}}, Access::rows}};
  call.program = {dtype, {instruction}, {of.arity}};
  call.rows = call.block = n;
  const Prepared prepared = highway::prepare_pointwise(call);
  std::vector<Tensor> tensors;
  std::vector<std::byte*> operands;
  for (int i = 0; i <= of.arity; ++i) tensors.push_back(Tensor::full({dtype, {n}}, 0.7 + i));
  for (Tensor& tensor : tensors) operands.push_back(static_cast<std::byte*>(tensor.data()));
  std::vector<std::byte> scratch(prepared.scratch + 64);
  auto* aligned = reinterpret_cast<std::byte*>((reinterpret_cast<std::uintptr_t>(scratch.data()) + 63) / 64 * 64);
  const Frame frame{operands.data(), 0, n, aligned};
  for (auto _ : state) prepared.run(prepared.state.get(), frame);
  state.SetItemsProcessed(state.iterations() * n);
}
#define GRADUS_BENCH_OP(name)                               \
  BENCHMARK_CAPTURE(run_op, name##_f32, #name, DType::f32); \
  BENCHMARK_CAPTURE(run_op, name##_f64, #name, DType::f64)
GRADUS_BENCH_OP(add);
GRADUS_BENCH_OP(exp);
GRADUS_BENCH_OP(log);
GRADUS_BENCH_OP(tanh);
GRADUS_BENCH_OP(sin);
GRADUS_BENCH_OP(erf);
GRADUS_BENCH_OP(power);
GRADUS_BENCH_OP(gelu);
GRADUS_BENCH_OP(sigmoid);

}  // namespace
}  // namespace gradus

BENCHMARK_MAIN();
