// Kernels whose code is generated for the call: a whole chain in one pass over memory, with what lies between in
// registers. x86-64 with AVX2 or AVX-512.
#pragma once

#include "gradus/engine/cpu/kernels/asmjit/code.hpp"
#include "gradus/engine/cpu/kernels/kernel.hpp"

namespace gradus::jit {

/// Pointwise programs in f32 and f64. Refuses functions without code (sin, cos, power; in f64 also exp, log and what
/// is made of them). Results are those of highway::prepare_pointwise but for the rounding of exp, log, tanh and
/// what is made of them, and depend on the element alone, not on its place in a vector.
Prepared prepare_pointwise(const Call& call);
/// For a certain instruction set, which the machine must have.
Prepared prepare_pointwise(const Call& call, InstructionSet set);

/// Small graphs as a whole, as one stretch of code without branches or calls; with AVX-512.
Prepared prepare_straight(const Call& call);
/// Whether prepare_straight() has code for the node on this machine.
bool writes_straight(const Graph& graph, const Node& node);

}  // namespace gradus::jit
