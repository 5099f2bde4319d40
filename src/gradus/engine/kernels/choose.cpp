#include "gradus/engine/kernels/kernel.hpp"

#include "gradus/engine/kernels/highway/kernels.hpp"
#include "gradus/engine/kernels/reference/evaluate.hpp"
#ifdef GRADUS_HAS_XSMM
#include "gradus/engine/kernels/xsmm/matmul.hpp"
#endif

namespace gradus {

std::span<const Kernel> kernels() {
  static constexpr Kernel candidates[] = {
#ifdef GRADUS_HAS_XSMM
      {"xsmm.matmul", prepare_xsmm_matmul},
#endif
      {"highway.matmul", highway::prepare_matmul},
      {"highway.pointwise", highway::prepare_pointwise},
      {"highway.reduce", highway::prepare_reduce},
      {"highway.transpose", highway::prepare_transpose},
      {"philox", prepare_random},
      {"reference", prepare_evaluate},
  };
  return candidates;
}

Choice choose(const Call& call) {
  Choice choice;
  for (const Kernel& kernel : kernels()) {
    Prepared prepared = kernel.prepare(call);
    if (prepared) {
      choice.kernel = kernel;
      choice.prepared = std::move(prepared);
      return choice;
    }
    choice.refusals.push_back(std::string(kernel.name) + ": " + prepared.refusal);
  }
  throw InternalError("no kernel takes " + std::string(call.op ? call.op->name : "a pointwise program"));
}

}  // namespace gradus
