// Products of bf16 matrices on oneDNN, for CPUs with AMX. Every call stays on the thread that makes it.
//
// The one known exception to "nothing is allocated in a step": oneDNN keeps the arguments of each call in a small map
// of its own.
#pragma once

#include "gradus/engine/cpu/kernels/kernel.hpp"

namespace gradus {

/// Two bf16 matrices to f32, stored either way. A sum over rows of both is one over leaves. Refuses where the CPU has
/// no AMX: other kernels do without the exception.
Prepared prepare_onednn_matmul(const Call& call);

/// The same on any CPU for which oneDNN generates such a product.
Prepared prepare_onednn_matmul_anywhere(const Call& call);

}  // namespace gradus
