// Ops that move elements: GB/s, read and written, of one core, by the chosen kernel and by the plain loops, beside
// memcpy of as many bytes.
#include <benchmark/benchmark.h>

#include <cstring>

#include "gradus/core/ops/index.hpp"
#include "gradus/core/ops/layout.hpp"
#include "gradus/engine/cpu/kernels/kernel.hpp"
#include "gradus/engine/machine/arena.hpp"

namespace gradus {
namespace {

struct Move {
  const char* name;
  const Op* op;
  std::vector<Type> inputs;
  Attrs attrs;
  std::int64_t size = 0;  // of the axis that indices count in
};

Attrs order(Integers axes) { return {{"order", std::move(axes)}}; }
Attrs window(Integers start, Integers stop, Integers step) {
  return {{"start", std::move(start)}, {"stop", std::move(stop)}, {"step", std::move(step)}};
}
Attrs with_shape(Attrs attrs, Integers shape) {
  attrs.set("shape", std::move(shape));
  return attrs;
}

std::vector<Move> moves() {
  constexpr DType f32 = DType::f32, i64 = DType::i64;
  constexpr std::int64_t zero = 0, one = 1;
  return {
      {"heads", &transpose_op, {{f32, {32, 64, 4, 16}}}, order({0, 2, 1, 3})},
      {"steps_first", &transpose_op, {{f32, {32, 64, 64}}}, order({1, 0, 2})},
      {"matrices_turned", &transpose_op, {{f32, {32, 64, 64}}}, order({0, 2, 1})},
      {"matrices_turned_bf16", &transpose_op, {{DType::bf16, {32, 64, 64}}}, order({0, 2, 1})},
      {"channels_last", &transpose_op, {{f32, {32, 32, 14, 14}}}, order({0, 2, 3, 1})},
      {"reversed", &transpose_op, {{f32, {16, 16, 16, 16}}}, order({3, 2, 1, 0})},
      {"slice_columns", &slice_op, {{f32, {2048, 96}}}, window({0, 16}, {2048, 80}, {1, 1})},
      {"slice_every_second", &slice_op, {{f32, {1024, 128}}}, window({0, 0}, {1024, 128}, {1, 2})},
      {"pad", &unslice_op, {{f32, {2048, 60}}}, with_shape(window({0, 2}, {2048, 62}, {1, 1}), {2048, 64})},
      {"concatenate", &concatenate_op, {{f32, {2048, 32}}, {f32, {2048, 16}}, {f32, {2048, 16}}}, {{"axis", one}}},
      {"broadcast_steps", &broadcast_op, {{f32, {64, 1, 64}}}, {{"shape", Integers{64, 32, 64}}}},
      {"broadcast_columns", &broadcast_op, {{f32, {2048, 1}}}, {{"shape", Integers{2048, 64}}}},
      {"reshape", &reshape_op, {{f32, {2048, 64}}}, {{"shape", Integers{32, 64, 64}}}},
      {"embedding", &gather_op, {{f32, {10000, 64}}, {i64, {32, 64}}}, {{"axis", zero}}, 10000},
      {"pick", &gather_op, {{f32, {256, 100}}, {i64, {100}}}, {{"axis", one}}, 100},
      {"embedding_gradient",
       &scatter_add_op,
       {{f32, {32, 64, 64}}, {i64, {32, 64}}},
       {{"axis", zero}, {"size", std::int64_t{10000}}},
       10000},
      {"one_hot", &one_hot_op, {{i64, {2048}}}, {{"size", std::int64_t{64}}, {"dtype", f32}}, 64},
  };
}

void run_move(benchmark::State& state, const Move& of, bool plain_loops) {
  Call call;
  call.op = of.op, call.attrs = of.attrs;
  for (const Type& type : of.inputs) call.inputs.push_back({type, Access::whole});
  call.outputs = {{of.op->infer(of.inputs, of.attrs), Access::whole}};
  const Choice choice = choose(call);
  const Prepared prepared = plain_loops ? kernels().back().prepare(call) : choice.prepared;
  state.SetLabel(plain_loops ? "reference" : std::string(choice.kernel.name));
  std::vector<Tensor> tensors;
  std::size_t bytes = byte_count(call.outputs[0].type);
  for (const Type& type : of.inputs) {
    Tensor& x = tensors.emplace_back(type);
    for (std::int64_t i = 0; of.size > 0 && type.dtype == DType::i64 && i < x.count(); ++i) {
      x.set(i, static_cast<double>(i * 7919 % of.size));
    }
    bytes += of.op == &gather_op && type.dtype != DType::i64 ? byte_count(call.outputs[0].type) : byte_count(type);
  }
  tensors.emplace_back(call.outputs[0].type);
  std::vector<std::byte*> operands;
  for (Tensor& x : tensors) operands.push_back(static_cast<std::byte*>(x.data()));
  const Arena scratch(prepared.scratch);
  const Frame frame{operands.data(), 0, 1, scratch.data()};
  for (auto _ : state) prepared.run(prepared.state.get(), frame);
  state.counters["GB/s"] =
      benchmark::Counter(1e-9 * static_cast<double>(bytes), benchmark::Counter::kIsIterationInvariantRate);
}

void run_memcpy(benchmark::State& state) {
  const auto bytes = static_cast<std::size_t>(state.range(0));
  std::vector<std::byte> from(bytes), to(bytes);
  for (auto _ : state) {
    std::memcpy(to.data(), from.data(), bytes);
    benchmark::ClobberMemory();
  }
  state.counters["GB/s"] =
      benchmark::Counter(2e-9 * static_cast<double>(bytes), benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(run_memcpy)->Arg(512 << 10)->Arg(2560 << 10);

}  // namespace
}  // namespace gradus

int main(int argc, char** argv) {
  for (const gradus::Move& of : gradus::moves()) {
    benchmark::RegisterBenchmark((std::string(of.name) + "/kernel").c_str(), gradus::run_move, of, false);
    benchmark::RegisterBenchmark((std::string(of.name) + "/loops").c_str(), gradus::run_move, of, true);
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
