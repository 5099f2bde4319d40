#include "gradus/engine/cpu/kernels/kernel.hpp"

#include "gradus/core/base/checked_cast.hpp"
#include "gradus/core/ops/matmul.hpp"
#ifdef GRADUS_HAS_ASMJIT
#include "gradus/engine/cpu/kernels/asmjit/kernels.hpp"
#endif
#include "gradus/engine/cpu/kernels/avx512/kernels.hpp"
#include "gradus/engine/cpu/kernels/batches.hpp"
#include "gradus/engine/cpu/kernels/highway/kernels.hpp"
#include "gradus/engine/cpu/kernels/moves/kernels.hpp"
#ifdef GRADUS_HAS_ONEDNN
#include "gradus/engine/cpu/kernels/onednn/matmul.hpp"
#endif
#include "gradus/engine/cpu/kernels/reference/evaluate.hpp"
#ifdef GRADUS_HAS_XSMM
#include "gradus/engine/cpu/kernels/xsmm/matmul.hpp"
#endif

namespace gradus {

std::span<const Kernel> kernels() {
  static constexpr Kernel candidates[] = {
      {"highway.narrow", in_batches<highway::prepare_narrow_matmul>},
#ifdef GRADUS_HAS_XSMM
      {"xsmm.matmul", in_batches<prepare_xsmm_matmul, SecondMatrix::turned>},
#endif
      {"highway.matmul", in_batches<highway::prepare_matmul>},
#ifdef GRADUS_HAS_ONEDNN
      {"onednn.matmul", in_batches<prepare_onednn_matmul>},
#endif
      {"avx512.matmul_bf16", in_batches<avx512::prepare_matmul_bf16>},
      {"highway.matmul_bf16", in_batches<highway::prepare_matmul_bf16>},
      {"highway.conv", highway::prepare_conv},
      {"highway.pool", highway::prepare_pool},
#ifdef GRADUS_HAS_ASMJIT
      {"asmjit.straight", jit::prepare_straight},
      {"asmjit.pointwise", jit::prepare_pointwise},
#endif
      {"highway.pointwise", highway::prepare_pointwise},
      {"highway.reduce", highway::prepare_reduce},
      {"avx512.cast", avx512::prepare_cast},
      {"highway.cast", highway::prepare_cast},
      {"highway.transpose", highway::prepare_transpose},
      {"moves.copy", moves::prepare_copy},
      {"moves.gather", moves::prepare_gather},
      {"moves.scatter_add", moves::prepare_scatter_add},
      {"moves.one_hot", moves::prepare_one_hot},
      {"philox", prepare_random},
      {"reference", prepare_evaluate},
  };
  return candidates;
}

Prepared ask(const Kernel& kernel, const Call& call) {
  try {
    return kernel.prepare(call);
  } catch (const TooLarge& error) {
    return decline(error.what());
  }
}

Choice choose(const Call& call) {
  Choice choice;
  for (const Kernel& kernel : kernels()) {
    Prepared prepared = ask(kernel, call);
    if (prepared) {
      choice.kernel = kernel;
      choice.prepared = std::move(prepared);
      return choice;
    }
    choice.refusals.push_back(std::string(kernel.name) + ": " + prepared.refusal);
  }
  return choice;
}

bool runs_in_graphs([[maybe_unused]] const Graph& graph, [[maybe_unused]] const Node& node) {
#ifdef GRADUS_HAS_ASMJIT
  return jit::writes_straight(graph, node);
#else
  return false;
#endif
}

Bf16Unit bf16_unit() {
  constexpr std::int64_t size = 64;
  Call call;
  call.op = &matmul_op;
  call.inputs = {{{DType::bf16, {size, size}}, Access::rows}, {{DType::bf16, {size, size}}}};
  call.outputs = {{{DType::f32, {size, size}}, Access::rows}};
  call.rows = call.block = size;
#ifdef GRADUS_HAS_ONEDNN
  if (prepare_onednn_matmul(call)) return Bf16Unit::amx;
#endif
  return avx512::prepare_matmul_bf16(call) ? Bf16Unit::avx512 : Bf16Unit::none;
}

}  // namespace gradus
