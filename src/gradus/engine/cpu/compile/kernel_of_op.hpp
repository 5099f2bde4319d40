// Which kernel runs an op on this machine, for people who ask what is fast.
#pragma once

#include <string>

#include "gradus/core/graph/op.hpp"

namespace gradus {

/// The kernel that takes the op's first sample in f32 (in its own dtypes where it has no floating input):
/// "xsmm.matmul", "highway.pointwise", ...; "reference" is Op::evaluate, "" stands for leaves, which nothing computes.
std::string kernel_of_op(const Op& op);

}  // namespace gradus
