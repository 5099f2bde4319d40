// Fused pointwise programs as precompiled and as generated loops, beside hand-written ones: Adam over parameters that
// fit in the second-level cache, bias and ReLU, the pieces of softmax, and tiny programs, where the cost of starting
// shows. The hand-written loop needs AVX-512.
#include <benchmark/benchmark.h>

#include <cmath>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "gradus/core/ops/all.hpp"
#ifdef GRADUS_HAS_ASMJIT
#include "gradus/engine/cpu/kernels/asmjit/kernels.hpp"
#endif
#include "gradus/engine/cpu/kernels/highway/kernels.hpp"

namespace gradus {
namespace {

using Prepare = Prepared (*)(const Call&);

const Op* op(std::string_view name) { return &find_op(name); }

/// Inputs: p g m v, then the numbers b1 1-b1 b2 1-b2 c1 c2 rate epsilon. Outputs: p m v, in place.
Call adam(std::int64_t n) {
  Call call;
  for (int i = 0; i < 4; ++i) call.inputs.push_back({{DType::f32, {n}}, Access::rows});
  for (int i = 0; i < 8; ++i) call.inputs.push_back({{DType::f32, {}}, Access::whole});
  for (int i = 0; i < 3; ++i) call.outputs.push_back({{DType::f32, {n}}, Access::rows});
  const Op *add = op("add"), *mul = op("multiply"), *div = op("divide"), *root = op("sqrt"), *sub = op("subtract"),
           *square = op("square");
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

void run_adam(benchmark::State& state, Prepare prepare) {
  const auto n = static_cast<std::size_t>(state.range(0));
  const Prepared prepared = prepare(adam(state.range(0)));
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

/// Operands filled with `value` + their number, scratch memory, and the call's time.
void time_call(benchmark::State& state, const Call& call, Prepare prepare, double value) {
  const Prepared prepared = prepare(call);
  if (!prepared) return state.SkipWithError(prepared.refusal.c_str());
  std::vector<Tensor> tensors;
  for (const auto* list : {&call.inputs, &call.outputs}) {
    for (const Operand& operand : *list) {
      tensors.push_back(Tensor::full(operand.type, value + static_cast<double>(tensors.size())));
    }
  }
  std::vector<std::byte*> operands;
  for (Tensor& tensor : tensors) operands.push_back(static_cast<std::byte*>(tensor.data()));
  std::vector<std::byte> scratch(prepared.scratch + 64);
  auto* aligned = reinterpret_cast<std::byte*>((reinterpret_cast<std::uintptr_t>(scratch.data()) + 63) / 64 * 64);
  const Frame frame{operands.data(), 0, call.rows, aligned};
  for (auto _ : state) prepared.run(prepared.state.get(), frame);
  state.SetItemsProcessed(state.iterations() * call.outputs[0].type.shape.count());
}

Operand full(Shape shape) { return {{DType::f32, shape}, Access::rows}; }

void run_tiny(benchmark::State& state, Prepare prepare) {
  Call call;
  call.inputs = {full({8}), full({8})};
  call.outputs = {full({8})};
  call.program = {DType::f32, {{op("add"), {0, 1}}, {op("relu"), {2}}, {op("multiply"), {3, 1}}}, {4}};
  call.rows = call.block = 8;
  time_call(state, call, prepare, 1);
}

/// 32 rows of `columns`: x + bias, ReLU.
void run_bias_relu(benchmark::State& state, Prepare prepare) {
  Call call;
  call.inputs = {full({32, state.range(0)}), {{DType::f32, {state.range(0)}}, Access::whole}};
  call.outputs = {full({32, state.range(0)})};
  call.program = {DType::f32, {{op("add"), {0, 1}}, {op("relu"), {2}}}, {3}};
  call.rows = call.block = 32;
  time_call(state, call, prepare, -0.5);
}

/// 32 rows of `columns`: what the gradient of log softmax is after its sum: g - e^y s, times 1/rows.
void run_softmax(benchmark::State& state, Prepare prepare) {
  Call call;
  call.inputs = {
      full({32, state.range(0)}), full({32, state.range(0)}), full({32, 1}), {{DType::f32, {}}, Access::whole}};
  call.outputs = {full({32, state.range(0)})};
  call.program = {DType::f32,
                  {{op("exp"), {1}}, {op("multiply"), {4, 2}}, {op("subtract"), {0, 5}}, {op("multiply"), {6, 3}}},
                  {7}};
  call.rows = call.block = 32;
  time_call(state, call, prepare, -2);
}

/// One op over 4096 numbers in the first-level cache.
void run_op(benchmark::State& state, const char* name, DType dtype, Prepare prepare) {
  constexpr std::int64_t n = 4096;
  const Op& of = *op(name);
  Call call;
  PointwiseProgram::Instruction instruction{op(name), {}};
  for (int i = 0; i < of.arity; ++i) {
    call.inputs.push_back({{dtype, {n}}, Access::rows});
    instruction.inputs.push_back(i);
  }
  call.outputs = {{{dtype, {n}}, Access::rows}};
  call.program = {dtype, {instruction}, {of.arity}};
  call.rows = call.block = n;
  time_call(state, call, prepare, 0.7);
}

void add_all(const std::string& kernel, Prepare prepare) {
  const auto add = [&](const std::string& name, auto... arguments) {
    return benchmark::RegisterBenchmark((name + "/" + kernel).c_str(), arguments..., prepare);
  };
  add("adam", run_adam)->Arg(16)->Arg(1000)->Arg(100000)->Arg(1000000);
  add("tiny", run_tiny);
  add("bias_relu", run_bias_relu)->Arg(10)->Arg(64)->Arg(128)->Arg(512);
  add("softmax", run_softmax)->Arg(10)->Arg(100);
  for (const char* name : {"add", "exp", "log", "tanh", "sin", "erf", "power", "gelu", "sigmoid"}) {
    for (const DType dtype : {DType::f32, DType::f64}) {
      add(std::string(name) + "_" + std::string(gradus::name(dtype)), run_op, name, dtype);
    }
  }
}

}  // namespace
}  // namespace gradus

int main(int argc, char** argv) {
  gradus::add_all("highway", gradus::highway::prepare_pointwise);
#ifdef GRADUS_HAS_ASMJIT
  gradus::add_all("asmjit", gradus::jit::prepare_pointwise);
#endif
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
