// Portable vector kernels on Highway: chosen at run time for AVX2, AVX-512, NEON or plain code. Results may differ
// between instruction sets, but not with the block, the thread or an element's place in a vector.
#pragma once

#include "gradus/engine/kernels/kernel.hpp"

namespace gradus::highway {

/// A PointwiseProgram whose outputs have one shape and access (rows or whole). Inputs broadcast to it in any way that
/// keeps rows with rows. An output may lie in the memory of an input of its own type.
Prepared prepare_pointwise(const Call& call);

}  // namespace gradus::highway
